package dev.cloakroom.examples.demo;

import java.util.Map;

/** A request cannot be answered as asked. The message goes to the client. */
final class HttpError extends Exception {

    private static final long serialVersionUID = 1L;

    private final int status;

    HttpError(int status, String message) {
        super(message);
        this.status = status;
    }

    /** Returns the answer that says so. */
    Response toResponse() {
        return Response.json(status, Map.of("error", getMessage()));
    }
}
