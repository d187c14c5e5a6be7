package dev.cloakroom;

/** A login was refused because its principal has as many sessions as the engine allows. */
public final class SessionLimitException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    SessionLimitException(int limit) {
        super("the principal has as many sessions as allowed: " + limit);
    }
}
