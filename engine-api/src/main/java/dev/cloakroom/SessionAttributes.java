package dev.cloakroom;

import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A read-only view of a session's attributes at one time. Attributes are unsealed and decoded at the first read. The
 * engine's own entries are not included.
 *
 * <p>Immutable and thread-safe. Parameters are not nullable.
 */
public final class SessionAttributes {

    /** Null once it has been called. Guarded by this. */
    private @Nullable Supplier<AttributeTable> supplier;

    private volatile @Nullable AttributeTable table;

    private final About about;

    /**
     * The session's other properties.
     *
     * @param createdAt the creation time, in milliseconds since the epoch
     * @param lastAccess the last access that was stored, in milliseconds since the epoch
     * @param generation the number of logins and explicit renewals
     */
    record About(long createdAt, long lastAccess, long generation) {}

    /** Takes a supplier of the table, which is called once, or again if it throws. */
    SessionAttributes(About about, Supplier<AttributeTable> supplier) {
        this.about = about;
        this.supplier = supplier;
    }

    About about() {
        return about;
    }

    /**
     * Returns an attribute's value, or null if the session had none.
     *
     * @throws AttributeException if the value was put as another type or is damaged, unless the attribute is
     *     {@link Attribute#absentIfUnreadable}
     */
    public <T> @Nullable T get(Attribute<T> attribute) {
        return table().get(attribute);
    }

    /** Returns the names of all attributes, in no particular order. */
    public List<String> names() {
        return List.copyOf(table().names());
    }

    /** Returns all attributes without decoding them, in no particular order. */
    public List<EncodedAttribute> encoded() {
        return List.copyOf(table().encodedAttributes());
    }

    /** Returns a text without names and values. */
    @Override
    public String toString() {
        return "SessionAttributes[]";
    }

    private AttributeTable table() {
        AttributeTable known = table;
        return known == null ? supplied() : known;
    }

    private synchronized AttributeTable supplied() {
        AttributeTable known = table;
        if (known == null) {
            known = Objects.requireNonNull(supplier).get();
            table = known;
            supplier = null;
        }
        return known;
    }
}
