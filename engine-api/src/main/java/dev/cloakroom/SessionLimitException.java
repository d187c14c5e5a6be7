package dev.cloakroom;

/**
 * A login was refused because its principal has as many sessions as the engine allows. End one of them, or raise {@link
 * SessionEngine.Builder#maxSessionsPerPrincipal}.
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

    /** Returns how many sessions a principal may have. */
    public int limit() {
        return limit;
    }

    /** Returns how many live sessions the principal had besides the refused one. */
    public int actual() {
        return actual;
    }
}
