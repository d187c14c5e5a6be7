package dev.cloakroom;

import dev.cloakroom.cookie.Rejection;

/**
 * The result of looking up the session of a {@code Cookie} header. Nothing that a client sends causes an exception.
 *
 * <p>A header may contain the cookie several times; the engine examines the first four. A live session with a principal
 * precedes a live anonymous one, and an earlier cookie precedes a later one. If no session is live, the last of the
 * four determines the result.
 */
public sealed interface Lookup {

    /**
     * The header has a genuine cookie of a live session.
     *
     * @param session this request's view of the session
     */
    record Found(Session session) implements Lookup {}

    /** The header has no cookie of this engine. */
    record Absent() implements Lookup {}

    /**
     * The cookie was not signed by a valid key of this engine for this application. The store was not read.
     *
     * @param reason the reason
     */
    record Rejected(Rejection reason) implements Lookup {}

    /**
     * The cookie is genuine, and its session has ended.
     *
     * @param reason the reason
     */
    record Ended(EndReason reason) implements Lookup {}
}
