package dev.cloakroom.key;

/** Determines which users may have access to a key file. */
public enum KeyFileAccess {

    /**
     * Only the owner. A file is refused if group or others have any permission, or if its owner is neither root nor the
     * user of this process. It is also refused if its directory belongs to another user, or if group or others may
     * replace files in the directory; the sticky bit, as of {@code /tmp}, prevents that. For a symbolic link, the
     * directories of the link and of the target are checked. Directories above these are not checked.
     *
     * <p>The checks need a file system with Unix permissions. On Windows <b>nothing</b> is checked: access control
     * lists are not read. Restrict the file with {@code icacls}.
     */
    OWNER_ONLY,

    /** Any user: nothing is checked. For secrets that a platform mounts with wider permissions. */
    ANY
}
