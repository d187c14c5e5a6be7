package dev.cloakroom.key;

/** Who may have access to a key file. */
public enum KeyFileAccess {

    /**
     * The owner alone. A file is refused if group or others may do anything with it, or if it belongs to another user than
     * root and the user that this process runs as. So is a file in a directory that belongs to another user, or in which
     * group or others may replace files (a sticky directory such as {@code /tmp} does not let them). Of a symbolic link,
     * both the link's directory and the target's are checked; directories above these are not.
     *
     * <p>All of this is checked where the file system has Unix permissions. On Windows <b>nothing</b> is checked: access
     * control lists are not read. Restrict the file there with {@code icacls}.
     */
    OWNER_ONLY,

    /** Anyone: nothing is checked. For secrets that a platform mounts with wider permissions. */
    ANY
}
