package dev.cloakroom;

/** What happens when a principal who has as many sessions as allowed logs in once more. */
public enum SessionLimit {

    /** The session that logged in first ends. */
    END_OLDEST,

    /** The login fails with {@link SessionLimitException}. */
    REFUSE
}
