package dev.cloakroom;

import org.jspecify.annotations.Nullable;

/** A value that cannot be encoded or decoded. The message names the problem and quotes no content. */
final class ValueException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ValueException(String message) {
        super(message);
    }

    private ValueException(String message, Throwable failure) {
        super(message, Trace.of(failure));
    }

    /** Returns an exception for what other code threw: its class and stack trace are kept, its message is not. */
    static ValueException withoutMessageOf(String what, Throwable failure) {
        return new ValueException(what + " threw " + failure.getClass().getName(), failure);
    }

    /** Returns an exception as the cause that another one may have: without a message that may quote content. */
    static @Nullable Throwable safeCause(RuntimeException failure) {
        return failure instanceof ValueException value ? value.getCause() : Trace.of(failure);
    }

    /** The class and the stack trace of a failure whose message may quote content. */
    private static final class Trace extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private Trace(Throwable failure) {
            super(failure.getClass().getName() + " (its message is left out: it may quote the value)");
            setStackTrace(failure.getStackTrace());
        }

        static Trace of(Throwable failure) {
            return new Trace(failure);
        }
    }
}
