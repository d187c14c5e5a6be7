package dev.cloakroom.store;

/**
 * Thrown when a store has no room for a session. The call changed nothing. The operator must raise the store's bound;
 * an immediate retry fails again.
 */
public final class StoreFullException extends SessionStoreException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param message the limit, the actual size, and the setting to change
     */
    public StoreFullException(String message) {
        super(message);
    }
}
