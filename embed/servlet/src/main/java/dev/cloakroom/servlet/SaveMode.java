package dev.cloakroom.servlet;

/** Says which values are encoded at a commit. {@link CloakroomFilter.Builder#saveMode} chooses. */
public enum SaveMode {
    /**
     * Values that the request gave to {@code setAttribute}. A change that is made to such a value later in the same
     * request is saved as well. A value that was read and changed in place is not saved, unless it is set again.
     */
    SET,
    /**
     * Values that the request set or read. What was read is encoded again at each commit, and stored if its bytes differ.
     * Values of immutable classes are left out. Choose it for programs that change a value which {@code getAttribute}
     * returned, and do not set it again. The encoding of a value must be the same each time: a {@code HashSet} inside of a
     * serialized object may change its order.
     */
    READ
}
