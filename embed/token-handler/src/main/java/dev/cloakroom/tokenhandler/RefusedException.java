package dev.cloakroom.tokenhandler;

/** A request that is refused, with the answer's status. The message is shown to the client: it holds nothing secret. */
final class RefusedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final int status;
    private final Refusal refusal;
    private final String text;
    private final boolean endsConnection;

    RefusedException(int status, Refusal refusal, String message) {
        this(status, refusal, message, false);
    }

    private RefusedException(int status, Refusal refusal, String message, boolean endsConnection) {
        super(message, null, false, false);
        this.status = status;
        this.refusal = refusal;
        this.text = message;
        this.endsConnection = endsConnection;
    }

    int status() {
        return status;
    }

    Refusal refusal() {
        return refusal;
    }

    /** Returns the same, with the client's connection to be closed after the answer. */
    RefusedException endingConnection() {
        return new RefusedException(status, refusal, text, true);
    }

    /** Returns whether a part of the request is still being read, so that no other can follow on its connection. */
    boolean endsConnection() {
        return endsConnection;
    }

    /** Returns the message, which is never null. */
    String text() {
        return text;
    }

    static RefusedException loginRequired() {
        return new RefusedException(
                401, Refusal.LOGIN_REQUIRED, "no session: navigate to the login endpoint to begin one");
    }
}
