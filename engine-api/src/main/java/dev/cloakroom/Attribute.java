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
 * The name and the type of a value in a session. Create each attribute once, as a constant:
 *
 * <pre>{@code
 * static final Attribute<String> ACCESS_TOKEN = Attribute.ofString("access_token");
 * }</pre>
 *
 * <p>Immutable and thread-safe. Two attributes are equal if their names and types are equal. Parameters are not
 * nullable.
 *
 * @param <T> the Java type of its values
 */
public final class Attribute<T> {

    /** The greatest length of a name, in bytes of UTF-8. */
    public static final int MAXIMUM_NAME_LENGTH = 200;

    private final String name;
    private final AttributeType<T> type;
    private final byte[] nameBytes;
    private final boolean absentIfUnreadable;

    private Attribute(String name, AttributeType<T> type, byte[] nameBytes, boolean absentIfUnreadable) {
        this.name = name;
        this.type = type;
        this.nameBytes = nameBytes;
        this.absentIfUnreadable = absentIfUnreadable;
    }

    /**
     * Returns the attribute with a name and a type.
     *
     * @param name 1 to {@value #MAXIMUM_NAME_LENGTH} bytes of UTF-8 without control characters
     * @throws IllegalArgumentException if the name has another form
     */
    public static <T> Attribute<T> of(String name, AttributeType<T> type) {
        Objects.requireNonNull(type, "type");
        return new Attribute<>(name, type, checkedName(name), false);
    }

    /** Returns the bytes of a name that an application may use. */
    static byte[] checkedName(String name) {
        if (name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("an attribute's name must have no control characters");
        }
        byte[] bytes = Utf8.encode("an attribute's name", name);
        if (bytes.length == 0 || bytes.length > MAXIMUM_NAME_LENGTH) {
            throw new IllegalArgumentException("an attribute's name must have 1 to " + MAXIMUM_NAME_LENGTH
                    + " bytes of UTF-8; this one has " + bytes.length);
        }
        return bytes;
    }

    /**
     * Returns an attribute of this name and type whose value counts as absent if it cannot be read as the type. A value
     * becomes unreadable when a record's component or an encoding changes. {@link Session#get} then returns null.
     * {@link Session#update} and {@link Session#refresh} pass null to their function, and replace the unreadable value.
     * By default they throw {@link AttributeException}. Use this for values that can be made again, such as a cache.
     *
     * <p>The returned attribute is equal to this one.
     */
    public Attribute<T> absentIfUnreadable() {
        return absentIfUnreadable ? this : new Attribute<>(name, type, nameBytes, true);
    }

    /** Returns an attribute of the engine. Its name begins with a control character, which applications cannot use. */
    static <T> Attribute<T> reserved(String name, AttributeType<T> type) {
        String reserved = Reserved.MARK + name;
        return new Attribute<>(reserved, type, reserved.getBytes(StandardCharsets.UTF_8), false);
    }

    /** Returns an attribute of text. */
    public static Attribute<String> ofString(String name) {
        return of(name, AttributeType.STRING);
    }

    /** Returns an attribute of a truth value. */
    public static Attribute<Boolean> ofBoolean(String name) {
        return of(name, AttributeType.BOOLEAN);
    }

    /** Returns an attribute of a 64-bit integer. */
    public static Attribute<Long> ofLong(String name) {
        return of(name, AttributeType.LONG);
    }

    /** Returns an attribute of a 64-bit floating point number. */
    public static Attribute<Double> ofDouble(String name) {
        return of(name, AttributeType.DOUBLE);
    }

    /** Returns an attribute of bytes. */
    public static Attribute<byte[]> ofBytes(String name) {
        return of(name, AttributeType.BYTES);
    }

    /** Returns an attribute of a point in time. */
    public static Attribute<Instant> ofInstant(String name) {
        return of(name, AttributeType.INSTANT);
    }

    /** Returns an attribute of a span of time. */
    public static Attribute<Duration> ofDuration(String name) {
        return of(name, AttributeType.DURATION);
    }

    /** Returns an attribute of a UUID. */
    public static Attribute<UUID> ofUuid(String name) {
        return of(name, AttributeType.UUID);
    }

    /** Returns an attribute of a list. */
    public static <E> Attribute<List<E>> ofList(String name, AttributeType<E> element) {
        return of(name, AttributeType.listOf(element));
    }

    /** Returns an attribute of a map with string keys. */
    public static <V> Attribute<Map<String, V>> ofMap(String name, AttributeType<V> value) {
        return of(name, AttributeType.mapOf(value));
    }

    /**
     * Returns an attribute of a record, stored as JSON by Jackson.
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

    boolean isAbsentIfUnreadable() {
        return absentIfUnreadable;
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
