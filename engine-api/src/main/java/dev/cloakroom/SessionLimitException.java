package dev.cloakroom;

/**
 * Thrown when a login is refused because the principal has the maximum number of sessions. End one of them, or raise
 * {@link SessionEngine.Builder#maxSessionsPerPrincipal}.
 */
public final class SessionLimitException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int limit;
    private final int actual;

    SessionLimitException(int limit, int actual) {
        super("the principal has " + actual + " sessions, and maxSessionsPerPrincipal is " + limit
                + ": end one of them, or raise the limit");
        this.limit = limit;
        this.actual = actual;
    }

    /** Returns the maximum number of sessions of a principal. */
    public int limit() {
        return limit;
    }

    /** Returns the number of the principal's live sessions, without the refused one. */
    public int actual() {
        return actual;
    }
}
