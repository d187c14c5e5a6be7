package dev.cloakroom;

/** The reason why the session of a genuine cookie has ended. */
public enum EndReason {
    /** The store has no such session: it was logged out, ended or evicted, or it expired and was removed. */
    GONE,
    /** The session's idle timeout has passed. */
    IDLE_TIMEOUT,
    /** The session's absolute timeout has passed. */
    ABSOLUTE_TIMEOUT,
    /**
     * The session has a newer id. A login, {@link Session#renewId}, or a periodic renewal whose grace is over replaced
     * the id of the cookie.
     */
    SUPERSEDED,
    /** The stored session cannot be opened: it was altered, or sealed under a key that is gone. */
    UNREADABLE
}
