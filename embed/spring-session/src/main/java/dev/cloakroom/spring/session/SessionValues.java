package dev.cloakroom.spring.session;

import dev.cloakroom.Attribute;
import dev.cloakroom.AttributeType;
import dev.cloakroom.EncodedAttribute;
import dev.cloakroom.Session;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Puts values without a type into the engine's sessions, and reads them. The engine's own types are stored as they are, so
 * that programs that use the engine directly read them too. All else is JSON.
 *
 * <p>Immutable and thread-safe.
 */
final class SessionValues {

    private static final System.Logger LOGGER = System.getLogger(SessionValues.class.getName());

    /** The JSON of any value. The functions copy nothing, because the engine copies. */
    private static final AttributeType<byte[]> JSON =
            AttributeType.of("spring-session/json", bytes -> bytes, bytes -> bytes);

    private final SessionJson json;

    SessionValues(SessionJson json) {
        this.json = json;
    }

    /** A value that was read, and its JSON if it may change in place. */
    record Read(Object value, byte @Nullable [] json) {}

    Attribute<byte[]> attribute(String name) {
        return Attribute.of(name, JSON);
    }

    /** Returns the JSON that was put, or null if the value was put as one of the engine's types. */
    byte @Nullable [] put(Session session, String name, Object value) {
        if (value instanceof String text) {
            session.put(Attribute.ofString(name), text);
        } else if (value instanceof Long number) {
            session.put(Attribute.ofLong(name), number);
        } else if (value instanceof Boolean flag) {
            session.put(Attribute.ofBoolean(name), flag);
        } else if (value instanceof Double number) {
            session.put(Attribute.ofDouble(name), number);
        } else if (value instanceof byte[] bytes) {
            session.put(Attribute.ofBytes(name), bytes);
        } else if (value instanceof Instant instant) {
            session.put(Attribute.ofInstant(name), instant);
        } else if (value instanceof Duration duration) {
            session.put(Attribute.ofDuration(name), duration);
        } else if (value instanceof UUID uuid) {
            session.put(Attribute.ofUuid(name), uuid);
        } else {
            byte[] bytes = json(name, value);
            session.put(attribute(name), bytes);
            return bytes;
        }
        return null;
    }

    private byte[] json(String name, Object value) {
        return json.write(name, name.equals(FlashMaps.ATTRIBUTE) ? FlashMaps.plain(value) : value);
    }

    /** Puts a value again if its JSON is another one by now, and returns its JSON. */
    byte[] putIfChanged(Session session, String name, Object value, byte[] before) {
        byte[] now = json(name, value);
        if (!Arrays.equals(now, before)) {
            session.put(attribute(name), now);
        }
        return now;
    }

    /**
     * Returns a value, or null if there is none.
     *
     * <p>A security context that cannot be read counts as none, so that the user logs in again: otherwise each request of
     * his would fail until the session is over.
     *
     * @throws IllegalStateException if the value cannot be read
     */
    @Nullable
    Read read(@Nullable EncodedAttribute attribute) {
        if (attribute == null) {
            return null;
        }
        if (!attribute.typeName().equals(JSON.toString())) {
            return new Read(attribute.value(), null);
        }
        byte[] bytes = (byte[]) attribute.value();
        try {
            Object value = json.read(attribute.name(), bytes);
            return new Read(attribute.name().equals(FlashMaps.ATTRIBUTE) ? FlashMaps.restored(value) : value, bytes);
        } catch (IllegalStateException e) {
            if (!attribute.name().equals(SessionAttributeNames.SECURITY_CONTEXT)) {
                throw e;
            }
            LOGGER.log(Level.WARNING, "a user has to log in again: " + e.getMessage());
            return null;
        }
    }
}
