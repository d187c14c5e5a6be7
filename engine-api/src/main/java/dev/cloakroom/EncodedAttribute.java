package dev.cloakroom;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An attribute in its stored form, for programs that copy or show sessions and do not know the types of the attributes.
 * Putting it into a session stores the same bytes.
 *
 * <p>Immutable and thread-safe. Two encoded attributes are equal if their names and bytes are equal. Parameters are not
 * nullable.
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
     * Returns an attribute from bytes that {@link #bytes} returned, in this or another process.
     *
     * @param name as in {@link Attribute#of}
     * @param bytes at least one byte; copied
     * @throws IllegalArgumentException if the name is not allowed for an attribute, or there are no bytes
     */
    public static EncodedAttribute of(String name, byte[] bytes) {
        Attribute.checkedName(name);
        if (bytes.length == 0) {
            throw new IllegalArgumentException("an encoded attribute has at least one byte, its type's tag");
        }
        return new EncodedAttribute(name, bytes.clone());
    }

    /**
     * Returns an attribute of a value, encoded as {@link Session#put} encodes it.
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
     * {@code unknown}. The types of the elements of a list or a map are not included.
     */
    public String typeName() {
        return AttributeType.storedName(bytes, 0, bytes.length);
    }

    /** Returns a copy of the encoded value: the type's tag and the content. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /**
     * Decodes the value without a type. The bytes do not choose a class: the result is a String, Boolean, Long, Double,
     * byte array, Instant, Duration or UUID, or an unmodifiable List or Map of these. A record is a String of its JSON.
     * A value of a program's own encoding is the byte array that the encoder returned.
     *
     * @throws AttributeException if the bytes are damaged, or of a type that this version does not know, or lists and
     *     maps are nested more than 100 deep
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

    /** Returns the name, the type's name and the length, without the content. */
    @Override
    public String toString() {
        return name + ": " + typeName() + ", " + bytes.length + " bytes";
    }
}
