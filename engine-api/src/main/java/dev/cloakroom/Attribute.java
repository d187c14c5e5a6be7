package dev.cloakroom;

import dev.cloakroom.internal.text.Utf8;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The typed name of something that a session holds. Make each once, as a constant:
 *
 * <pre>{@code
 * static final Attribute<String> ACCESS_TOKEN = Attribute.ofString("access_token");
 * }</pre>
 *
 * <p>Immutable; two attributes are equal if name and type are.
 *
 * @param <T> the Java type of its values
 */
public final class Attribute<T> {

    /** How long a name may be, in bytes of UTF-8. */
    public static final int MAXIMUM_NAME_LENGTH = 200;

    private final String name;
    private final AttributeType<T> type;
    private final byte[] nameBytes;

    private Attribute(String name, AttributeType<T> type, byte[] nameBytes) {
        this.name = name;
        this.type = type;
        this.nameBytes = nameBytes;
    }

    /**
     * Returns the attribute with a name and a type.
     *
     * @param name 1 to {@value #MAXIMUM_NAME_LENGTH} bytes of UTF-8 without control characters
     * @throws IllegalArgumentException if the name is something else
     */
    public static <T> Attribute<T> of(String name, AttributeType<T> type) {
        Objects.requireNonNull(type, "type");
        if (name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("an attribute's name must not have control characters");
        }
        byte[] bytes = Utf8.encode("an attribute's name", name);
        if (bytes.length == 0 || bytes.length > MAXIMUM_NAME_LENGTH) {
            throw new IllegalArgumentException(
                    "an attribute's name must have 1 to " + MAXIMUM_NAME_LENGTH + " bytes: " + bytes.length);
        }
        return new Attribute<>(name, type, bytes);
    }

    /** The engine's own entries have names that no application can use: they begin with a control character. */
    static <T> Attribute<T> reserved(String name, AttributeType<T> type) {
        String reserved = Reserved.MARK + name;
        return new Attribute<>(reserved, type, reserved.getBytes(StandardCharsets.UTF_8));
    }

    /** Returns a text attribute. */
    public static Attribute<String> ofString(String name) {
        return of(name, AttributeType.STRING);
    }

    /** Returns a truth value attribute. */
    public static Attribute<Boolean> ofBoolean(String name) {
        return of(name, AttributeType.BOOLEAN);
    }

    /** Returns an integer attribute. */
    public static Attribute<Long> ofLong(String name) {
        return of(name, AttributeType.LONG);
    }

    /** Returns a floating point attribute. */
    public static Attribute<Double> ofDouble(String name) {
        return of(name, AttributeType.DOUBLE);
    }

    /** Returns an attribute of bytes. */
    public static Attribute<byte[]> ofBytes(String name) {
        return of(name, AttributeType.BYTES);
    }

    /** Returns a point-in-time attribute. */
    public static Attribute<Instant> ofInstant(String name) {
        return of(name, AttributeType.INSTANT);
    }

    /** Returns a span-of-time attribute. */
    public static Attribute<Duration> ofDuration(String name) {
        return of(name, AttributeType.DURATION);
    }

    /** Returns a UUID attribute. */
    public static Attribute<UUID> ofUuid(String name) {
        return of(name, AttributeType.UUID);
    }

    /** Returns an attribute that holds a list. */
    public static <E> Attribute<List<E>> ofList(String name, AttributeType<E> element) {
        return of(name, AttributeType.listOf(element));
    }

    /** Returns an attribute that holds a map with string keys. */
    public static <V> Attribute<Map<String, V>> ofMap(String name, AttributeType<V> value) {
        return of(name, AttributeType.mapOf(value));
    }

    /**
     * Returns an attribute that holds a record, kept as JSON.
     *
     * @throws IllegalStateException if Jackson is missing
     * @see AttributeType#json
     */
    public static <R extends Record> Attribute<R> ofRecord(String name, Class<R> type) {
        return of(name, AttributeType.json(type));
    }

    /** Returns the name. */
    public String name() {
        return name;
    }

    /** Returns the type. */
    public AttributeType<T> type() {
        return type;
    }

    /** Returns the name in UTF-8, not copied. */
    byte[] nameBytes() {
        return nameBytes;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Attribute<?> that && name.equals(that.name) && type.equals(that.type);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    /** Returns name and type. */
    @Override
    public String toString() {
        return name + ": " + type;
    }
}
