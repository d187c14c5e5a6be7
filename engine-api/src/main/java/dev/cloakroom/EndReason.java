package dev.cloakroom;

/** Why a session that a genuine cookie names is over. */
public enum EndReason {
    /** The store has no such session: it was logged out, ended or evicted, or it expired a while ago. */
    GONE,
    /** The session was not used for longer than its idle timeout. */
    IDLE_TIMEOUT,
    /** The session's absolute timeout has passed. */
    ABSOLUTE_TIMEOUT,
    /**
     * The session goes on under a newer id. The cookie's id was replaced by a login or {@link Session#renewId}, or by a
     * periodic renewal whose grace is over.
     */
    SUPERSEDED,
    /** The stored session cannot be opened: it was altered, or sealed under a key that is gone. */
    UNREADABLE
}
