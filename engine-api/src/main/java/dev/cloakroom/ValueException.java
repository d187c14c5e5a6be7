package dev.cloakroom;

import org.jspecify.annotations.Nullable;

/** Thrown when a value cannot be encoded or decoded. The message states the problem without the content. */
final class ValueException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ValueException(String message) {
        super(message);
    }

    private ValueException(String message, Throwable failure) {
        super(message, Trace.of(failure));
    }

    /** Returns an exception with the class and stack trace of a failure of other code, without its message. */
    static ValueException withoutMessageOf(String what, Throwable failure) {
        return new ValueException(what + " threw " + failure.getClass().getName(), failure);
    }

    /** Returns an exception that may be the cause of another: without a message that may contain content. */
    static @Nullable Throwable safeCause(RuntimeException failure) {
        return failure instanceof ValueException value ? value.getCause() : Trace.of(failure);
    }

    /** The class and the stack trace of a failure whose message may contain content. */
    private static final class Trace extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private Trace(Throwable failure) {
            super(failure.getClass().getName() + " (its message is left out: it may contain the value)");
            setStackTrace(failure.getStackTrace());
        }

        static Trace of(Throwable failure) {
            return new Trace(failure);
        }
    }
}
