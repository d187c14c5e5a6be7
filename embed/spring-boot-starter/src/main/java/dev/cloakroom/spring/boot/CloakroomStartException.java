package dev.cloakroom.spring.boot;

import org.jspecify.annotations.Nullable;

/** A setting keeps the application from starting. Spring Boot prints what is wrong and what to do, and no stack trace. */
final class CloakroomStartException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String action;

    CloakroomStartException(String description, String action, @Nullable Throwable cause) {
        super(description, cause);
        this.action = action;
    }

    /** Returns what to do. */
    String action() {
        return action;
    }

    /** Returns the description and what to do, for where no analyzer prints it. */
    @Override
    public String getMessage() {
        return super.getMessage() + " " + action;
    }

    String description() {
        return String.valueOf(super.getMessage());
    }
}
