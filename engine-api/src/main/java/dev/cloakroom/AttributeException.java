package dev.cloakroom;

/**
 * One attribute of a session cannot be read as the type asked for: it was put as another type, or its bytes are
 * damaged. It is named; the others are not concerned.
 */
public final class AttributeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String attribute;

    AttributeException(Attribute<?> attribute, Throwable cause) {
        super("the session's attribute cannot be read as " + attribute, cause);
        this.attribute = attribute.name();
    }

    /** Returns the attribute's name. */
    public String attribute() {
        return attribute;
    }
}
