package dev.cloakroom;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One attribute as it is stored: for programs that copy or show a session without knowing its attributes. Putting it into
 * a session stores the same bytes again.
 *
 * <p>Immutable and thread-safe. Two are equal if their names and bytes are.
 */
public final class EncodedAttribute {

    private final String name;
    private final byte[] bytes;

    /** Takes a name and a value of at least one byte. The array is not copied. */
    EncodedAttribute(String name, byte[] bytes) {
        this.name = name;
        this.bytes = bytes;
    }

    /**
     * Returns an attribute of bytes that {@link #bytes} returned, perhaps in another process.
     *
     * @param name as in {@link Attribute#of}
     * @param bytes copied
     * @throws IllegalArgumentException if the name is none of an attribute, or there are no bytes
     */
    public static EncodedAttribute of(String name, byte[] bytes) {
        Attribute.checkedName(name);
        if (bytes.length == 0) {
            throw new IllegalArgumentException("an encoded attribute has at least one byte, its type's tag");
        }
        return new EncodedAttribute(name, bytes.clone());
    }

    /**
     * Returns an attribute of a value, encoded as {@link Session#put} stores it. So two values can be compared as they are
     * stored.
     *
     * @throws AttributeException if a program's own encoder or Jackson fails
     */
    public static <T> EncodedAttribute of(Attribute<T> attribute, T value) {
        try {
            return new EncodedAttribute(attribute.name(), attribute.type().encode(value));
        } catch (ValueException e) {
            throw AttributeException.unwritable(
                    attribute.name(), attribute.type().toString(), e);
        }
    }

    /** Returns the attribute's name. */
    public String name() {
        return name;
    }

    /**
     * Returns the name of the type that the value was put as: {@code string}, {@code boolean}, {@code long},
     * {@code double}, {@code bytes}, {@code instant}, {@code duration}, {@code uuid}, {@code list}, {@code map},
     * {@code json} for a record, the name given to {@link AttributeType#of} for a program's own encoding, or
     * {@code unknown}. What a list or a map holds is not part of it.
     */
    public String typeName() {
        return AttributeType.storedName(bytes, 0, bytes.length);
    }

    /** Returns a copy of the encoded value: the type's tag and the content. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /**
     * Decodes the value without a type. No class is chosen by the bytes: the result is a String, Boolean, Long, Double,
     * byte array, Instant, Duration or UUID, or an unmodifiable List or Map of such. A record is a String of its JSON. A
     * value of a program's own encoding is a byte array of what the encoder returned.
     *
     * @throws AttributeException if the bytes are damaged, of a type that this version does not know, or lists and maps
     *     are nested more than 100 deep
     */
    public Object value() {
        try {
            return UntypedValues.readClosed(bytes);
        } catch (RuntimeException e) {
            throw AttributeException.unreadable(name, typeName(), e);
        }
    }

    /**
     * Decodes the value as a type.
     *
     * @throws AttributeException if it was put as another type, or is damaged
     */
    public <T> T value(AttributeType<T> type) {
        try {
            return type.read(bytes, 0, bytes.length);
        } catch (RuntimeException e) {
            throw AttributeException.unreadable(name, type.toString(), e);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EncodedAttribute that && name.equals(that.name) && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + Arrays.hashCode(bytes);
    }

    /** Returns the name, the type's name and the length, nothing of the content. */
    @Override
    public String toString() {
        return name + ": " + typeName() + ", " + bytes.length + " bytes";
    }
}
