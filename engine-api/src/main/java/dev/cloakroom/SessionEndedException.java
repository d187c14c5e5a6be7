package dev.cloakroom;

/** Thrown when a request changes a session that has ended: by its own logout, or by another request. */
public final class SessionEndedException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    SessionEndedException() {
        super("the session has ended: open a session in the next request, or check isEnded() before changing this one");
    }
}
