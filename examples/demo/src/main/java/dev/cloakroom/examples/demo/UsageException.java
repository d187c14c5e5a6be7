package dev.cloakroom.examples.demo;

/** The command line is invalid. The message is for the user who typed it. */
final class UsageException extends Exception {

    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
