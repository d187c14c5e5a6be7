package dev.cloakroom;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A change in a session's life, for an audit log or for releasing an application's resources.
 *
 * <p>Immutable and thread-safe. {@code toString} contains the handle and the principal, and no attributes.
 */
public sealed interface SessionEvent {

    /** Returns the session's handle. */
    SessionHandle handle();

    /** Returns the session's attributes at the time of the event. They are decoded lazily. */
    SessionAttributes attributes();

    /** Returns the time of the event, by the engine's clock. */
    Instant at();

    /** Returns the creation time of the session, to the millisecond. */
    default Instant createdAt() {
        return Instant.ofEpochMilli(attributes().about().createdAt());
    }

    /** Returns the last access that was stored, to the millisecond. */
    default Instant lastAccessedAt() {
        return Instant.ofEpochMilli(attributes().about().lastAccess());
    }

    /** Returns the number of logins and explicit renewals of the session, as {@link Session#idGeneration}. */
    default long idGeneration() {
        return attributes().about().generation();
    }

    /**
     * The session was stored for the first time.
     *
     * @param handle the handle of the session
     * @param attributes the session's attributes
     * @param at the time of the event
     */
    record Created(SessionHandle handle, SessionAttributes attributes, Instant at) implements SessionEvent {}

    /**
     * A principal logged in.
     *
     * @param handle the handle of the session
     * @param principal the principal
     * @param attributes the session's attributes
     * @param at the time of the event
     */
    record LoggedIn(SessionHandle handle, String principal, SessionAttributes attributes, Instant at)
            implements SessionEvent {}

    /**
     * The session got a new id by a periodic renewal or by {@link Session#renewId}.
     *
     * @param handle the handle of the session
     * @param attributes the session's attributes
     * @param at the time of the event
     */
    record Renewed(SessionHandle handle, SessionAttributes attributes, Instant at) implements SessionEvent {}

    /**
     * A request presented the id before the newest one, after the newest one was presented and the grace was over. A
     * browser does not do this: two parties have the cookie, and one may be a thief. The session ends only if
     * {@link SessionEngine.Builder#endOnIdReuse} is set.
     *
     * @param handle the handle of the session
     * @param principal the principal that is logged in, or null if the session is anonymous
     * @param attributes the session's attributes
     * @param at the time of the event
     */
    record IdReused(SessionHandle handle, @Nullable String principal, SessionAttributes attributes, Instant at)
            implements SessionEvent {}

    /**
     * The session ended.
     *
     * @param handle the handle of the session
     * @param principal the principal that was logged in, or null if the session was anonymous or is not readable
     * @param cause the reason of the end
     * @param attributes the session's attributes at its end
     * @param at the time of the event
     */
    record Ended(
            SessionHandle handle, @Nullable String principal, Cause cause, SessionAttributes attributes, Instant at)
            implements SessionEvent {}

    /** The reason why a session ended. */
    enum Cause {
        /** A request called {@link Session#logout}. */
        LOGOUT,
        /** {@link SessionEngine#end} was called. */
        ENDED,
        /** {@link SessionEngine#logoutEverywhere} was called. */
        LOGGED_OUT_EVERYWHERE,
        /** A login of the principal exceeded {@link SessionEngine.Builder#maxSessionsPerPrincipal}. */
        DISPLACED,
        /** Another principal logged in on the session. */
        PRINCIPAL_CHANGED,
        /** An id was presented after its grace, and {@link SessionEngine.Builder#endOnIdReuse} is set. */
        ID_REUSED,
        /** A timeout passed, and a sweep removed the session. */
        EXPIRED,
        /** The store was full and evicted the anonymous session. */
        EVICTED
    }
}
