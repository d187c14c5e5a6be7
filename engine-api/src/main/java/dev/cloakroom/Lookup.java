package dev.cloakroom;

import dev.cloakroom.cookie.Rejection;

/**
 * What a {@code Cookie} header led to. Exactly one of four things; nothing that a client sends is an exception.
 *
 * <p>When a header carries the cookie more than once, the first that leads to a live session counts, otherwise the
 * last.
 */
public sealed interface Lookup {

    /**
     * The header has a genuine cookie of a live session.
     *
     * @param session the session, for this request's use
     */
    record Found(Session session) implements Lookup {}

    /** The header has no cookie of this engine. */
    record Absent() implements Lookup {
        static final Absent INSTANCE = new Absent();
    }

    /**
     * The cookie was not made by this engine's keys. The store was not asked.
     *
     * @param reason the reason; never {@link Rejection#EXPIRED}
     */
    record Rejected(Rejection reason) implements Lookup {}

    /**
     * The cookie is genuine, and its session is over.
     *
     * @param reason why
     */
    record Ended(EndReason reason) implements Lookup {}

    /** Why a session is over. */
    enum EndReason {
        /** There is no such session any more: it was logged out or ended, or it expired a while ago. */
        GONE,
        /** It was not used for longer than its idle timeout. */
        IDLE_TIMEOUT,
        /** Its absolute timeout has passed. */
        ABSOLUTE_TIMEOUT,
        /** The session lives on under a newer id: this one was replaced at login, or by a renewal whose grace is over. */
        SUPERSEDED,
        /** What the store holds cannot be opened: it was altered, or sealed under a key that is gone. */
        UNREADABLE;

        final Ended result = new Ended(this);
    }
}
