package dev.cloakroom.tokenhandler;

/** A request that is refused, with the answer's status. The message is shown to the client: it holds nothing secret. */
final class RefusedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final int status;
    private final Refusal refusal;
    private final String text;

    RefusedException(int status, Refusal refusal, String message) {
        super(message, null, false, false);
        this.status = status;
        this.refusal = refusal;
        this.text = message;
    }

    int status() {
        return status;
    }

    Refusal refusal() {
        return refusal;
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
