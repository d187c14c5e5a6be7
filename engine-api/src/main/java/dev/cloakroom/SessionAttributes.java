package dev.cloakroom;

import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The attributes that a session had at one time, to be read only. Nothing is opened or decoded before it is asked for.
 * The engine's own entries are not part of it.
 *
 * <p>Immutable and thread-safe. Null is not accepted.
 */
public final class SessionAttributes {

    /** Null once it has been called. Guarded by this. */
    private @Nullable Supplier<AttributeTable> supplier;

    private volatile @Nullable AttributeTable table;

    private final About about;

    /**
     * What else was known of the session.
     *
     * @param createdAt when it began, in milliseconds since the epoch
     * @param lastAccess its last access that was stored
     * @param generation how many logins and explicit renewals it had seen
     */
    record About(long createdAt, long lastAccess, long generation) {}

    /** Takes what returns the table. It is called at most once, unless it throws. */
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
     * @throws AttributeException if it cannot be read as the attribute's type, and does not count as absent then
     */
    public <T> @Nullable T get(Attribute<T> attribute) {
        return table().get(attribute);
    }

    /** Returns the names of all attributes, in no particular order. */
    public List<String> names() {
        return List.copyOf(table().names());
    }

    /** Returns all attributes, not decoded, in no particular order. */
    public List<EncodedAttribute> encoded() {
        return List.copyOf(table().encodedAttributes());
    }

    /** Returns nothing of what the session held. */
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
