package dev.cloakroom.store;

/**
 * A store cannot answer at present. The request should be answered with 503 and may be tried again; it is not known
 * whether a write took effect. It never means that a session does not exist.
 */
public final class StoreUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Makes one that says what failed. */
    public StoreUnavailableException(String message) {
        super(message);
    }

    /** Makes one that says what failed, and why. */
    public StoreUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
