package dev.cloakroom.store;

/**
 * Thrown when a store fails for a reason that its operator must correct, not the calling program.
 *
 * <p>{@link StoreUnavailableException}: the store cannot answer at present. {@link StoreFullException}: the store has
 * no room.
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
