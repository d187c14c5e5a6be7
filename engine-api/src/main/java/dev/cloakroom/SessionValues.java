package dev.cloakroom;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A session's attributes as objects, for adapters to servers whose sessions map strings to objects. {@link ValueTypes}
 * chooses the types.
 *
 * <p>Within a request, {@link #get} returns the same object that was put or read before. Programs for such servers
 * change the object without putting it again. {@link #writeChanges} encodes each such object to find the changes, and
 * stores changed objects only.
 *
 * <p>Not thread-safe: each request uses its own instance and its own session.
 */
public final class SessionValues {

    private final Session session;
    private final ValueTypes types;
    private final Map<String, Object> objects = new HashMap<>();

    private SessionValues(Session session, ValueTypes types) {
        this.session = Objects.requireNonNull(session, "session");
        this.types = Objects.requireNonNull(types, "types");
    }

    /** Returns the attributes of a session as objects of given types. */
    public static SessionValues of(Session session, ValueTypes types) {
        return new SessionValues(session, types);
    }

    /** Returns the session that has the attributes. */
    public Session session() {
        return session;
    }

    /**
     * Returns an attribute's value, or null if it has none.
     *
     * @throws AttributeException as {@link ValueTypes#decode}
     */
    public @Nullable Object get(String name) {
        Object known = objects.get(name);
        if (known != null) {
            return known;
        }
        EncodedAttribute encoded = session.encodedAttribute(name);
        Object decoded = encoded == null ? null : types.decode(encoded);
        if (decoded != null) {
            objects.put(name, decoded);
        }
        return decoded;
    }

    /** Returns the names of all attributes, sorted. */
    public Set<String> names() {
        return new TreeSet<>(session.attributeNames());
    }

    /**
     * Sets an attribute. Encodes the value at once, so this method throws if the value cannot be stored.
     *
     * @throws IllegalArgumentException as {@link ValueTypes#encode}
     * @throws AttributeException as {@link ValueTypes#encode}
     * @throws SizeLimitException as {@link Session#put}
     * @throws SessionEndedException as {@link Session#put}
     */
    public void put(String name, Object value) {
        session.putEncoded(types.encode(name, value));
        objects.put(name, value);
    }

    /**
     * Removes an attribute.
     *
     * @throws SessionEndedException as {@link Session#remove}
     */
    public void remove(String name) {
        objects.remove(name);
        if (session.encodedAttribute(name) != null) {
            session.remove(Attribute.ofBytes(name));
        }
    }

    /**
     * Puts the objects that changed since they were put or read into the session. Call this method before each commit.
     *
     * @throws IllegalArgumentException as {@link ValueTypes#encode}
     * @throws AttributeException as {@link ValueTypes#encode}
     * @throws SizeLimitException as {@link Session#put}
     */
    public void writeChanges() {
        if (session.isEnded()) {
            return;
        }
        objects.forEach((name, value) -> {
            if (types.isMutable(value)) {
                EncodedAttribute encoded = types.encode(name, value);
                if (!encoded.equals(session.encodedAttribute(name))) {
                    session.putEncoded(encoded);
                }
            }
        });
    }
}
