package dev.cloakroom;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a session, for an audit trail or an application's own cleaning up.
 *
 * <p>Events print without attributes. Immutable and safe for use by any number of threads.
 */
public sealed interface SessionEvent {

    /** Returns the session's handle. */
    SessionHandle handle();

    /** Returns what the session held, without changes that came later. Decoded when it is asked for. */
    SessionAttributes attributes();

    /** Returns when it happened, by the engine's clock. */
    Instant at();

    /** Returns when the session began, to the millisecond. */
    default Instant createdAt() {
        return Instant.ofEpochMilli(attributes().about().createdAt());
    }

    /** Returns the session's last access that was stored, to the millisecond. */
    default Instant lastAccessedAt() {
        return Instant.ofEpochMilli(attributes().about().lastAccess());
    }

    /** Returns how many logins and explicit renewals the session had seen, as {@link Session#idGeneration} does. */
    default long idGeneration() {
        return attributes().about().generation();
    }

    /**
     * The session was stored for the first time.
     *
     * @param handle names the session
     * @param attributes what the session holds
     * @param at when
     */
    record Created(SessionHandle handle, SessionAttributes attributes, Instant at) implements SessionEvent {}

    /**
     * A principal logged in.
     *
     * @param handle names the session
     * @param principal who logged in
     * @param attributes what the session holds
     * @param at when
     */
    record LoggedIn(SessionHandle handle, String principal, SessionAttributes attributes, Instant at)
            implements SessionEvent {}

    /**
     * The session got a new id by a periodic renewal or by {@link Session#renewId}.
     *
     * @param handle names the session
     * @param attributes what the session holds
     * @param at when
     */
    record Renewed(SessionHandle handle, SessionAttributes attributes, Instant at) implements SessionEvent {}

    /**
     * A request presented the id before the newest one, though the newest one was presented before and the grace is
     * over. A browser does not do that: two parties have the session's cookie, and one of them may be a thief. The
     * session ends only if {@link SessionEngine.Builder#endOnIdReuse} says so.
     *
     * @param handle names the session
     * @param principal who is logged in, or null
     * @param attributes what the session holds
     * @param at when
     */
    record IdReused(SessionHandle handle, @Nullable String principal, SessionAttributes attributes, Instant at)
            implements SessionEvent {}

    /**
     * The session is over.
     *
     * @param handle names the session
     * @param principal who was logged in, or null if it was anonymous or cannot be read
     * @param cause why the session ended
     * @param attributes what the session held
     * @param at when
     */
    record Ended(
            SessionHandle handle, @Nullable String principal, Cause cause, SessionAttributes attributes, Instant at)
            implements SessionEvent {}

    /** Why a session ended. */
    enum Cause {
        /** A request that presented its cookie logged out. */
        LOGOUT,
        /** It was ended through its handle. */
        ENDED,
        /** Its principal was logged out everywhere. */
        LOGGED_OUT_EVERYWHERE,
        /** Its principal logged in once more than allowed. */
        DISPLACED,
        /** Another principal logged in on it. */
        PRINCIPAL_CHANGED,
        /** An id was presented whose grace was over, and the engine ends sessions then. */
        ID_REUSED,
        /** It expired. */
        EXPIRED,
        /** The store was full, and it was anonymous. */
        EVICTED
    }
}
