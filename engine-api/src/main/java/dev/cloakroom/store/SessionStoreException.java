package dev.cloakroom.store;

/**
 * A store could not do what was asked, and its operator must act. The program that called it did nothing wrong.
 *
 * <p>A {@link StoreUnavailableException} says that the store cannot answer at present. A {@link StoreFullException} says
 * that it has no room.
 */
public abstract sealed class SessionStoreException extends RuntimeException
        permits StoreUnavailableException, StoreFullException {

    private static final long serialVersionUID = 1L;

    SessionStoreException(String message) {
        super(message);
    }

    SessionStoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
