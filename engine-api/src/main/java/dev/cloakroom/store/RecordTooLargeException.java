package dev.cloakroom.store;

/**
 * A record is larger than the largest that its store takes. The call changed nothing. The session must hold less, or the
 * operator must raise the store's limit.
 */
public final class RecordTooLargeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final long limit;
    private final long actual;

    /**
     * Makes an exception whose message states both sizes.
     *
     * @param limit the size of the largest record that the store takes, in bytes
     * @param actual the size of the record that it refused, in bytes
     * @param remedy what to do, as a sentence
     */
    public RecordTooLargeException(long limit, long actual, String remedy) {
        super("the session takes " + actual + " bytes in the store, whose limit is " + limit + " bytes. " + remedy);
        this.limit = limit;
        this.actual = actual;
    }

    /** Returns the size of the largest record that the store takes, in bytes. */
    public long limit() {
        return limit;
    }

    /** Returns the size of the record that the store refused, in bytes. */
    public long actual() {
        return actual;
    }
}
