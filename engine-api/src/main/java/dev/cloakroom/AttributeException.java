package dev.cloakroom;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when one attribute of a session cannot be read or written as its type. The other attributes are not affected.
 *
 * <p>Neither the message nor the cause contains the attribute's content. The cause, if present, has the class name and
 * the stack trace of the exception that an encoder, a decoder or Jackson threw, without its message.
 *
 * @see Attribute#absentIfUnreadable
 */
public final class AttributeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String attribute;

    private AttributeException(String attribute, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.attribute = attribute;
    }

    static AttributeException unreadable(String attribute, String type, RuntimeException failure) {
        return new AttributeException(
                attribute,
                "the session's attribute " + attribute + " cannot be read as " + type + ": " + problem(failure)
                        + "; put or remove it, or declare it absentIfUnreadable()",
                ValueException.safeCause(failure));
    }

    static AttributeException unwritable(String attribute, String type, ValueException failure) {
        return new AttributeException(
                attribute,
                "the session's attribute " + attribute + " cannot be written as " + type + ": " + problem(failure)
                        + "; correct the type's encoder or the record",
                failure.getCause());
    }

    private static String problem(RuntimeException failure) {
        return failure instanceof ValueException
                ? String.valueOf(failure.getMessage())
                : "its bytes are damaged (" + failure.getClass().getSimpleName() + ")";
    }

    /** Returns the attribute's name. */
    public String attribute() {
        return attribute;
    }
}
