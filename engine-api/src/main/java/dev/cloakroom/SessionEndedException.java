package dev.cloakroom;

/** A request asked something of a session that is over: it logged out before, or another request ended it. */
public final class SessionEndedException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    SessionEndedException() {
        super("the session is over: open the next request's session, or ask isEnded() before changing this one");
    }
}
