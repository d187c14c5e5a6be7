package dev.cloakroom.key;

/** Who may have access to a key file. */
public enum KeyFileAccess {

    /** The owner alone: a file that others may read or write is refused. */
    OWNER_ONLY,

    /** Anyone; for file systems that have no such permissions, or secrets that a platform mounts with wider ones. */
    ANY
}
