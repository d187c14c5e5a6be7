package dev.cloakroom.store;

/**
 * Thrown when a record is larger than the store's limit. The call changed nothing. Store less in the session, or raise
 * the store's limit.
 */
public final class RecordTooLargeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final long limit;
    private final long actual;

    /**
     * Makes an exception whose message states both sizes.
     *
     * @param limit the maximum size of a record, in bytes
     * @param actual the size of the refused record, in bytes
     * @param remedy a sentence that tells the operator or the programmer how to avoid the failure
     */
    public RecordTooLargeException(long limit, long actual, String remedy) {
        super("the session takes " + actual + " bytes in the store, whose limit is " + limit + " bytes. " + remedy);
        this.limit = limit;
        this.actual = actual;
    }

    /** Returns the maximum size of a record, in bytes. */
    public long limit() {
        return limit;
    }

    /** Returns the size of the refused record, in bytes. */
    public long actual() {
        return actual;
    }
}
