package dev.cloakroom.store;

/** A store has no room for a session. Whoever runs it must raise its bound; asking again at once does not help. */
public final class StoreFullException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Makes one that says what is full. */
    public StoreFullException(String message) {
        super(message);
    }
}
