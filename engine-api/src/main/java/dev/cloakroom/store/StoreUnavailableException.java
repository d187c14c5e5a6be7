package dev.cloakroom.store;

/**
 * A store cannot answer at present, or is closed. It is not known whether a write took effect. It never means that a
 * session does not exist. A server should answer the request with 503; the client may try again.
 */
public final class StoreUnavailableException extends SessionStoreException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param message what failed, and what to do
     */
    public StoreUnavailableException(String message) {
        super(message);
    }

    /**
     * Makes an exception with a cause.
     *
     * @param message what failed, and what to do
     */
    public StoreUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Returns the exception that every call on a closed store throws. */
    public static StoreUnavailableException closed() {
        return new StoreUnavailableException("the session store is closed; open another one");
    }
}
