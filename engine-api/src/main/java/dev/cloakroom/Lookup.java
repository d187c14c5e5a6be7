package dev.cloakroom;

import dev.cloakroom.cookie.Rejection;

/**
 * The result of looking up the session of a {@code Cookie} header: exactly one of four. Nothing that a client sends
 * causes an exception.
 *
 * <p>A header may carry the cookie more than once; the first four are looked at. A live session with a principal counts
 * before a live anonymous one, and the first before the next. If none is live, the last one decides.
 */
public sealed interface Lookup {

    /**
     * The header has a genuine cookie of a live session.
     *
     * @param session the session, for this request's use
     */
    record Found(Session session) implements Lookup {}

    /** The header has no cookie of this engine. */
    record Absent() implements Lookup {}

    /**
     * The cookie was not made by this engine's keys for this application. The store was not asked.
     *
     * @param reason what is wrong with it
     */
    record Rejected(Rejection reason) implements Lookup {}

    /**
     * The cookie is genuine, and its session is over.
     *
     * @param reason why
     */
    record Ended(EndReason reason) implements Lookup {}
}
