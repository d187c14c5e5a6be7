package dev.cloakroom;

/**
 * Thrown when an attribute or a session is larger than the engine allows. Store less, or raise {@link
 * SessionEngine.Builder#maxAttributeSize} or {@link SessionEngine.Builder#maxSessionSize}.
 */
public final class SizeLimitException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final long limit;
    private final long actual;

    private SizeLimitException(String what, String setting, long limit, long actual) {
        super(what + " would take " + actual + " bytes, and " + setting + " is " + limit
                + " bytes: store less, or raise " + setting);
        this.limit = limit;
        this.actual = actual;
    }

    static SizeLimitException ofAttribute(String name, long actual, long limit) {
        return new SizeLimitException("the attribute " + name, "maxAttributeSize", limit, actual);
    }

    static SizeLimitException ofSession(long actual, long limit) {
        return new SizeLimitException("the session's attributes", "maxSessionSize", limit, actual);
    }

    /** Returns the limit, in bytes. */
    public long limit() {
        return limit;
    }

    /** Returns the refused size, in bytes. */
    public long actual() {
        return actual;
    }
}
