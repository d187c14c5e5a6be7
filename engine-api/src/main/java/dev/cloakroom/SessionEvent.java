package dev.cloakroom;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Something that happened to a session, for an audit trail or an application's own cleaning up. */
public sealed interface SessionEvent {

    /** Names the session. */
    SessionHandle handle();

    /** When it happened, by the engine's clock. */
    Instant at();

    /**
     * The session was stored for the first time.
     *
     * @param handle names it
     * @param at when
     */
    record Created(SessionHandle handle, Instant at) implements SessionEvent {}

    /**
     * A principal was bound to the session.
     *
     * @param handle names it
     * @param principal who logged in
     * @param at when
     */
    record LoggedIn(SessionHandle handle, String principal, Instant at) implements SessionEvent {}

    /**
     * The session got a new id, and its old one a short grace.
     *
     * @param handle names it
     * @param at when
     */
    record Renewed(SessionHandle handle, Instant at) implements SessionEvent {}

    /**
     * The session is over.
     *
     * @param handle names it
     * @param principal who was logged in, or null if nobody was or it cannot be read
     * @param cause why it ended
     * @param at when
     */
    record Ended(SessionHandle handle, @Nullable String principal, Cause cause, Instant at) implements SessionEvent {}

    /** Why a session ended. */
    enum Cause {
        /** Its own request logged out. */
        LOGOUT,
        /** It was ended through its handle. */
        ENDED,
        /** Its principal was logged out everywhere. */
        LOGGED_OUT_EVERYWHERE,
        /** Its principal logged in once more than allowed, and it was the oldest. */
        DISPLACED,
        /** Another principal logged in on it. */
        PRINCIPAL_CHANGED,
        /** It expired. */
        EXPIRED,
        /** The store was full, and it was anonymous. */
        EVICTED
    }
}
