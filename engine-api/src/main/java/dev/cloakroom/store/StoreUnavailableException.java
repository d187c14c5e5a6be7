package dev.cloakroom.store;

/**
 * Thrown when a store cannot answer at present, or is closed. A write may or may not have taken effect. The exception
 * does not mean that a session is absent. Answer the request with 503; the client may retry.
 */
public final class StoreUnavailableException extends SessionStoreException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param message the failure and its remedy
     */
    public StoreUnavailableException(String message) {
        super(message);
    }

    /**
     * Makes an exception with a cause.
     *
     * @param message the failure and its remedy
     */
    public StoreUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Returns the exception that every call on a closed store throws. */
    public static StoreUnavailableException closed() {
        return new StoreUnavailableException("the session store is closed; open another one");
    }
}
