package dev.cloakroom.servlet;

import dev.cloakroom.Session;
import dev.cloakroom.SessionHandle;

/**
 * Makes the id that an {@code HttpSession} shows: the session's handle, and how often a login or an explicit renewal has
 * changed the id. It opens nothing, so it may be logged and shown.
 */
final class SessionId {

    private SessionId() {}

    static String of(Session session) {
        return of(session.handle(), session.idGeneration());
    }

    static String of(SessionHandle handle, long generation) {
        return handle + "." + generation;
    }
}
