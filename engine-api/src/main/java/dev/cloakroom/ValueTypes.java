package dev.cloakroom;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Encodes and decodes attributes whose type no {@link Attribute} names: for adapters to servers whose sessions map
 * strings to objects. A value's class chooses the type. When a value is read, the stored name of the type is looked up
 * among the types given here. Stored bytes never choose a class.
 *
 * <p>It always knows: String, Boolean, Long, Double, byte[], Instant, Duration and UUID, stored as {@link AttributeType}
 * says and so readable by a typed {@link Attribute}; Integer, Short, Byte, Float and Character; lists of such, and maps
 * from strings to such, nested at most 100 deep. A list or a map that is read cannot be modified.
 *
 * <p>Immutable and thread-safe. Null is accepted nowhere.
 */
public final class ValueTypes {

    private static final Set<Class<?>> IMMUTABLE = Set.of(
            String.class,
            Boolean.class,
            Character.class,
            Long.class,
            Integer.class,
            Short.class,
            Byte.class,
            Double.class,
            Float.class,
            Instant.class,
            Duration.class,
            UUID.class);

    private static final ValueTypes STANDARD = builder().build();

    private final Map<Class<?>, AttributeType<?>> byClass;
    private final Map<String, AttributeType<?>> byEncoding;
    private final Map<String, Attribute<?>> byName;

    private ValueTypes(Builder builder) {
        this.byClass = Map.copyOf(builder.byClass);
        this.byEncoding = Map.copyOf(builder.byEncoding);
        this.byName = Map.copyOf(builder.byName);
    }

    /** Returns the types that are always known. */
    public static ValueTypes standard() {
        return STANDARD;
    }

    /** Returns a builder that starts from {@link #standard}. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Encodes a value.
     *
     * @throws IllegalArgumentException if the name is none of an attribute, no type fits the value, or a text has half a
     *     surrogate pair
     * @throws AttributeException if the program's encoder or Jackson fails
     * @throws ClassCastException if the attribute was declared, and the value is of another class
     */
    public EncodedAttribute encode(String name, Object value) {
        Objects.requireNonNull(value, "value");
        Attribute<?> declared = byName.get(name);
        if (declared != null) {
            return new EncodedAttribute(name, encodeDeclared(declared, value));
        }
        Attribute.checkedName(name);
        ValueWriter out = new ValueWriter();
        try {
            AttributeType.writeUntyped(value, out, this::typeOf);
        } catch (ValueException e) {
            if (e.getCause() != null) {
                throw AttributeException.unwritable(name, value.getClass().getName(), e);
            }
            throw new IllegalArgumentException("the attribute " + name + " cannot be stored: " + e.getMessage()
                    + "; give ValueTypes.builder() a type for the class, or declare the attribute");
        }
        return new EncodedAttribute(name, out.toBytes());
    }

    @SuppressWarnings("unchecked") // An encoder gets what the caller put under a declared name.
    private static <T> byte[] encodeDeclared(Attribute<T> attribute, Object value) {
        return AttributeTable.encode(attribute, (T) value);
    }

    /**
     * Decodes an attribute. An attribute of an encoding that was not given here is a byte array of what its encoder
     * returned. A record that was not declared is a String of its JSON.
     *
     * @return null only if the attribute was declared {@link Attribute#absentIfUnreadable absentIfUnreadable}, and its
     *     value cannot be read
     * @throws AttributeException if it was declared as another type, or is damaged
     */
    public @Nullable Object decode(EncodedAttribute attribute) {
        Attribute<?> declared = byName.get(attribute.name());
        byte[] bytes = attribute.bytes();
        if (declared != null) {
            return AttributeTable.decode(declared, bytes);
        }
        try {
            return AttributeType.readUntyped(bytes, 0, bytes.length, byEncoding::get);
        } catch (RuntimeException e) {
            throw AttributeException.unreadable(attribute.name(), attribute.typeName(), e);
        }
    }

    /** Returns whether a value may be changed without being put again. Then only its encoding tells whether it was. */
    public boolean isMutable(Object value) {
        return !IMMUTABLE.contains(value.getClass());
    }

    private @Nullable AttributeType<?> typeOf(Object value) {
        return byClass.get(value.getClass());
    }

    /** Settings of {@link ValueTypes}. Not thread-safe. */
    public static final class Builder {

        private final Map<Class<?>, AttributeType<?>> byClass = new HashMap<>(Map.of(
                String.class, AttributeType.STRING,
                Boolean.class, AttributeType.BOOLEAN,
                Long.class, AttributeType.LONG,
                Double.class, AttributeType.DOUBLE,
                byte[].class, AttributeType.BYTES,
                Instant.class, AttributeType.INSTANT,
                Duration.class, AttributeType.DURATION,
                UUID.class, AttributeType.UUID));

        private final Map<String, AttributeType<?>> byEncoding = new HashMap<>();
        private final Map<String, Attribute<?>> byName = new HashMap<>();

        private Builder() {
            fixed(Integer.class, "java/int", Integer.BYTES, ByteBuffer::putInt, ByteBuffer::getInt);
            fixed(Short.class, "java/short", Short.BYTES, ByteBuffer::putShort, ByteBuffer::getShort);
            fixed(Byte.class, "java/byte", Byte.BYTES, ByteBuffer::put, ByteBuffer::get);
            fixed(Float.class, "java/float", Float.BYTES, ByteBuffer::putFloat, ByteBuffer::getFloat);
            fixed(Character.class, "java/char", Character.BYTES, ByteBuffer::putChar, ByteBuffer::getChar);
        }

        private interface Putter<T> {
            void put(ByteBuffer buffer, T value);
        }

        private <T> void fixed(
                Class<T> type, String encoding, int length, Putter<T> putter, Function<ByteBuffer, T> getter) {
            type(
                    type,
                    AttributeType.of(
                            encoding,
                            value -> {
                                ByteBuffer buffer = ByteBuffer.allocate(length);
                                putter.put(buffer, value);
                                return buffer.array();
                            },
                            bytes -> {
                                if (bytes.length != length) {
                                    throw new IllegalArgumentException("a value of another length");
                                }
                                return getter.apply(ByteBuffer.wrap(bytes));
                            }));
        }

        /**
         * Sets the type of all values of a class, without its subclasses, in lists and maps too. A value of the type is
         * found again by the type's name.
         *
         * @param encoding made by {@link AttributeType#of}: the names of other types are not enough to find the class
         * @throws IllegalArgumentException if it was made otherwise, or another class has an encoding of that name
         */
        public <T> Builder type(Class<T> type, AttributeType<T> encoding) {
            String name = encoding.toString();
            if (!encoding.isNamedEncoding()) {
                throw new IllegalArgumentException("the type " + name + " was not made by AttributeType.of: "
                        + "declare the attribute that holds such values");
            }
            AttributeType<?> before = byEncoding.put(name, encoding);
            if (before != null && !before.equals(byClass.get(type))) {
                throw new IllegalArgumentException("two classes have the encoding " + name + ": name one otherwise");
            }
            byClass.put(Objects.requireNonNull(type, "type"), encoding);
            return this;
        }

        /**
         * Declares an attribute: all values of its name are of its type. This is how a server's session holds records.
         *
         * @throws IllegalArgumentException if another one of that name is declared
         */
        public Builder attribute(Attribute<?> attribute) {
            if (byName.putIfAbsent(attribute.name(), attribute) != null) {
                throw new IllegalArgumentException("the attribute " + attribute.name() + " is declared already");
            }
            return this;
        }

        /** Returns the types. */
        public ValueTypes build() {
            return new ValueTypes(this);
        }
    }
}
