package dev.cloakroom;

/**
 * Thrown by an encoder that was given to {@link AttributeType#of}, to refuse a value. Its message is passed on, unlike those
 * of other exceptions. So it must say what to do, and must not quote the value.
 */
public final class ValueRefusedException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    /** Creates an exception with a message that quotes nothing of the value. */
    public ValueRefusedException(String message) {
        super(message);
    }
}
