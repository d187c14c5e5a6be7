package dev.cloakroom;

/** The effect of a login of a principal that has the maximum number of sessions. */
public enum SessionLimit {

    /** Ends the principal's least recently used session, never the session of the new login. */
    END_LEAST_RECENTLY_USED,

    /** Ends the session with the oldest login, even if it is in use. */
    END_OLDEST_LOGIN,

    /** Refuses the login with {@link SessionLimitException}. */
    REFUSE
}
