package dev.cloakroom.spring.session;

import dev.cloakroom.SessionHandle;
import org.jspecify.annotations.Nullable;

/** The id that Spring sees: a handle, a dot, and how many logins and explicit renewals the session has seen. */
record SessionId(SessionHandle handle, long generation) {

    static SessionId of(SessionHandle handle, long generation) {
        return new SessionId(handle, generation);
    }

    /** Returns the id of a text, or null if the text is none. */
    static @Nullable SessionId parse(String text) {
        int dot = text.indexOf('.');
        if (dot < 0) {
            return null;
        }
        try {
            SessionId id =
                    new SessionId(SessionHandle.parse(text.substring(0, dot)), Long.parseLong(text.substring(dot + 1)));
            return id.toString().equals(text) ? id : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    @Override
    public String toString() {
        return handle + "." + generation;
    }
}
