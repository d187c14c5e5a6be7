package dev.cloakroom;

/** What happens when a principal who has as many sessions as allowed logs in once more. */
public enum SessionLimit {

    /** The session that was not used for the longest time ends. The session of the new login never does. */
    END_LEAST_RECENTLY_USED,

    /** The session that logged in first ends, though it may be in use. */
    END_OLDEST_LOGIN,

    /** The login fails with {@link SessionLimitException}. */
    REFUSE
}
