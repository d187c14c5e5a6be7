package dev.cloakroom.servlet;

import dev.cloakroom.Attribute;
import dev.cloakroom.AttributeType;
import dev.cloakroom.EncodedAttribute;
import java.io.ObjectInputFilter;
import java.io.Serializable;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Maps between the objects of an {@code HttpSession} and the engine's encoded attributes. The program names each class
 * that may be stored. Stored bytes never choose a class outside of this list.
 *
 * <p>A value is stored by the first of these rules that fits:
 *
 * <ol>
 *   <li>an attribute's name that was {@linkplain Builder#attribute declared}: as the declared type;
 *   <li>a class that was {@linkplain Builder#type given a type}, or a {@linkplain Builder#record record} that was named;
 *   <li>String, Boolean, Long, Double, byte array, Instant, Duration, UUID: as the engine's types. So {@code
 *       session.get(Attribute.ofString("name"))} reads what {@code setAttribute("name", "Ada")} stored;
 *   <li>Integer, Short, Byte, Float, Character, BigInteger, BigDecimal, LocalDate, LocalTime, LocalDateTime,
 *       OffsetDateTime, ZonedDateTime, Date, Locale and URI;
 *   <li>a List, a Set or a Map of such values. They come back as {@code ArrayList}, {@code LinkedHashSet} and {@code
 *       LinkedHashMap}. A list of one of the engine's types, and a map from strings to one of them, is stored as the
 *       engine's list or map;
 *   <li>a Serializable, if {@linkplain Builder#javaSerialization Java serialization} was opted in.
 * </ol>
 *
 * <p>Any other value is refused by {@code setAttribute} with an {@link IllegalArgumentException}.
 *
 * <p>An attribute that was stored through the engine as a type that this codec does not know is read as an {@link
 * EncodedAttribute}. Setting that value again stores the same bytes. So programs that copy sessions lose nothing.
 *
 * <p>Immutable and thread-safe, if the types given to it are. Null is not accepted.
 */
public final class ValueCodec {

    private static final ValueCodec STANDARD = builder().build();

    private final Map<String, Attribute<?>> declared;
    private final Map<Class<?>, AttributeType<?>> types;
    private final Map<String, AttributeType<?>> typesByName = new HashMap<>();
    private final @Nullable JavaSerialization serialization;
    private final Collections collections = new Collections(this);

    /** The types of classes that a program gave a supertype of. */
    private final Map<Class<?>, AttributeType<?>> bySupertype = new ConcurrentHashMap<>();

    private ValueCodec(Builder builder) {
        this.declared = Map.copyOf(builder.declared);
        this.types = new LinkedHashMap<>(builder.types);
        this.serialization = builder.serialization;
        for (AttributeType<?> type : types.values()) {
            typesByName.put(type.toString(), type);
        }
        if (serialization != null) {
            typesByName.put(serialization.type().toString(), serialization.type());
        }
    }

    /** Returns the codec that knows the classes of the JDK in the list above, and no others. */
    public static ValueCodec standard() {
        return STANDARD;
    }

    /** Returns a builder of a codec that knows more classes. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns the attribute that was declared under a name, or null. */
    @Nullable
    Attribute<?> declared(String name) {
        return declared.get(name);
    }

    /**
     * Encodes a value.
     *
     * @throws IllegalArgumentException if the name is none of an attribute, or no rule fits the value
     * @throws dev.cloakroom.AttributeException if an encoder fails
     */
    EncodedAttribute encode(String name, Object value) {
        if (value instanceof EncodedAttribute encoded && declared(name) == null) {
            return encoded.name().equals(name) ? encoded : EncodedAttribute.of(name, encoded.bytes());
        }
        Attribute<?> attribute = declared(name);
        if (attribute == null) {
            AttributeType<?> type = typeOf(value);
            if (serialization != null && serialization.type().equals(type)) {
                return serialization.encode(name, value);
            }
            if (type == null) {
                throw new IllegalArgumentException("the session's attribute " + name + " has a value of class "
                        + value.getClass().getName()
                        + ", which the filter's ValueCodec does not know: give it the class"
                        + " by ValueCodec.Builder.type(...) or record(...), or opt in to javaSerialization(...)");
            }
            attribute = Attribute.of(name, type);
        }
        return encode(attribute, value);
    }

    private static EncodedAttribute encode(Attribute<?> attribute, Object value) {
        @SuppressWarnings("unchecked")
        Attribute<Object> any = (Attribute<Object>) attribute;
        try {
            return EncodedAttribute.of(any, value);
        } catch (ClassCastException e) {
            throw new IllegalArgumentException("the session's attribute " + attribute.name() + " is declared as "
                    + attribute.type() + " and cannot be a "
                    + value.getClass().getName() + ": put a value of the declared type");
        }
    }

    /**
     * Decodes a value of a name that is not declared.
     *
     * @throws dev.cloakroom.AttributeException if its bytes are damaged, or a decoder fails
     */
    Object decode(EncodedAttribute encoded) {
        String typeName = encoded.typeName();
        AttributeType<?> type = typesByName.get(typeName);
        if (type == null) {
            type = StandardTypes.named(typeName);
        }
        if (type == null) {
            type = collections.named(typeName);
        }
        if (type != null) {
            return encoded.value(type);
        }
        return switch (typeName) {
            case "string", "boolean", "long", "double", "bytes", "instant", "duration", "uuid" -> encoded.value();
            case "list", "map" -> Collections.modifiable(encoded.value());
            default -> encoded;
        };
    }

    /** Returns the type that a value of an undeclared name is stored as, or null if there is none. */
    @Nullable
    AttributeType<?> typeOf(Object value) {
        Class<?> valueClass = value.getClass();
        AttributeType<?> type = types.get(valueClass);
        if (type == null) {
            type = StandardTypes.of(valueClass);
        }
        if (type == null) {
            type = ofSupertype(valueClass);
        }
        if (type == null) {
            type = collections.typeOf(value);
        }
        return type == null && serialization != null && value instanceof Serializable ? serialization.type() : type;
    }

    private @Nullable AttributeType<?> ofSupertype(Class<?> valueClass) {
        AttributeType<?> known = bySupertype.get(valueClass);
        if (known == null) {
            for (Map.Entry<Class<?>, AttributeType<?>> entry : types.entrySet()) {
                if (entry.getKey().isAssignableFrom(valueClass)) {
                    known = entry.getValue();
                    bySupertype.put(valueClass, known);
                    break;
                }
            }
        }
        return known;
    }

    /** Returns whether a stored value may be an object of the program's own that wants to know of its binding. */
    boolean mayListen(EncodedAttribute encoded) {
        return declared.containsKey(encoded.name()) || typesByName.containsKey(encoded.typeName());
    }

    /** Returns whether a value never changes, so that it need not be encoded twice. Records count as such. */
    static boolean isImmutable(Object value) {
        return value instanceof Record
                || value instanceof EncodedAttribute
                || StandardTypes.isImmutable(value.getClass());
    }

    /** The classes that a {@link ValueCodec} knows. Not thread-safe. */
    public static final class Builder {

        private final Map<String, Attribute<?>> declared = new HashMap<>();
        private final Map<Class<?>, AttributeType<?>> types = new LinkedHashMap<>();
        private @Nullable JavaSerialization serialization;

        private Builder() {}

        /**
         * Declares an attribute that the program uses through the engine too: {@code getAttribute} and {@code
         * setAttribute} with its name use its type.
         *
         * @throws IllegalStateException if an attribute of this name was declared before
         */
        public Builder attribute(Attribute<?> attribute) {
            if (declared.putIfAbsent(attribute.name(), attribute) != null) {
                throw new IllegalStateException("the attribute " + attribute.name() + " was declared before");
            }
            return this;
        }

        /**
         * Gives a class, an interface or an enum and what is assignable to it an encoding of the program's own. Of several
         * that fit, the value's own class counts first, then the one given first.
         *
         * @param type made by {@link AttributeType#of} or {@link AttributeType#json(String, Class)}, so that it has a name
         *     of its own
         * @throws IllegalArgumentException if the type is one of the engine's
         * @throws IllegalStateException if the class or the type's name was given before
         */
        public <T> Builder type(Class<T> valueClass, AttributeType<T> type) {
            Objects.requireNonNull(valueClass, "valueClass");
            String name = type.toString();
            if (name.indexOf('/') < 0 || name.indexOf('<') >= 0) {
                throw new IllegalArgumentException(
                        "the type " + name + " has no name of its own, by which a stored value"
                                + " could be recognised: make it by AttributeType.of(...) or AttributeType.json(name, ...)");
            }
            if (StandardTypes.named(name) != null || types.containsValue(type)) {
                throw new IllegalStateException("a type of the name " + name + " was given before");
            }
            if (types.putIfAbsent(valueClass, type) != null) {
                throw new IllegalStateException("the class " + valueClass.getName() + " was given a type before");
            }
            return this;
        }

        /**
         * Stores a record as JSON by Jackson, under the name {@code record/} and the name of its class. The program must
         * have Jackson ({@code tools.jackson.core:jackson-databind}).
         *
         * @throws IllegalArgumentException if the class's name is too long or has other characters than ASCII: give the
         *     record a name
         * @throws IllegalStateException if Jackson is missing, or the class was given before
         */
        public <R extends Record> Builder record(Class<R> recordClass) {
            return record("record/" + recordClass.getName(), recordClass);
        }

        /**
         * Does what {@link #record(Class)} does, under a name that stays when the class is moved.
         *
         * @param name as in {@link AttributeType#of}, such as {@code cart/1}
         */
        public <R extends Record> Builder record(String name, Class<R> recordClass) {
            return type(recordClass, AttributeType.json(name, recordClass));
        }

        /**
         * Opts in to Java serialization, for every Serializable that no other rule fits. It is the way to keep a program
         * running whose session holds objects of many classes. Each class that may be read must be allowed by the filter:
         * one about which the filter is undecided is rejected. The filter is asked at {@code setAttribute} too. So a value
         * that could not be read back is refused when it is set.
         *
         * <p>Allow the program's own classes by their names or packages, and those of the JDK that they use:
         *
         * <pre>{@code
         * javaSerialization(ObjectInputFilter.Config.createFilter("com.example.shop.*;java.base/*;!*"))
         * }</pre>
         *
         * <p>Deserializing runs code of the classes allowed. With an allowed class that can be misused, somebody who can
         * write to the store runs code in this process. A sealed store shuts out those who do not have the keys.
         *
         * @throws IllegalStateException if it was opted in before
         */
        public Builder javaSerialization(ObjectInputFilter filter) {
            if (serialization != null) {
                throw new IllegalStateException("javaSerialization was opted in before");
            }
            serialization = new JavaSerialization(Objects.requireNonNull(filter, "filter"));
            return this;
        }

        /** Returns a codec of these classes. */
        public ValueCodec build() {
            return new ValueCodec(this);
        }
    }

    /** Lists, sets and maps of what a codec knows. */
    private static final class Collections {

        private final ValueCodec codec;
        private final AttributeType<List<?>> list;
        private final AttributeType<Set<?>> set;
        private final AttributeType<Map<?, ?>> map;

        Collections(ValueCodec codec) {
            this.codec = codec;
            this.list = AttributeType.of("java.util.List/1", this::write, bytes -> Elements.list(bytes, codec::decode));
            this.set = AttributeType.of("java.util.Set/1", this::write, bytes -> Elements.set(bytes, codec::decode));
            this.map = AttributeType.of("java.util.Map/1", this::writeMap, bytes -> Elements.map(bytes, codec::decode));
        }

        @Nullable
        AttributeType<?> named(String name) {
            return switch (name) {
                case "java.util.List/1" -> list;
                case "java.util.Set/1" -> set;
                case "java.util.Map/1" -> map;
                default -> null;
            };
        }

        @Nullable
        AttributeType<?> typeOf(Object value) {
            if (value instanceof List<?> elements) {
                AttributeType<?> element = StandardTypes.common(elements);
                return element == null ? known(elements, list) : AttributeType.listOf(element);
            }
            if (value instanceof Set<?> elements) {
                return known(elements, set);
            }
            if (value instanceof Map<?, ?> entries) {
                AttributeType<?> element =
                        StandardTypes.areStrings(entries.keySet()) ? StandardTypes.common(entries.values()) : null;
                return element != null
                        ? AttributeType.mapOf(element)
                        : known(entries.keySet(), known(entries.values(), map));
            }
            return null;
        }

        private <T> @Nullable T known(Collection<?> elements, @Nullable T type) {
            for (Object element : elements) {
                if (element != null && !(element instanceof EncodedAttribute) && codec.typeOf(element) == null) {
                    return null;
                }
            }
            return type;
        }

        private byte[] write(Collection<?> elements) {
            return Elements.write(elements, codec::encode);
        }

        private byte[] writeMap(Map<?, ?> entries) {
            return Elements.writeMap(entries, codec::encode);
        }

        static Object modifiable(Object value) {
            return Elements.modifiable(value);
        }
    }
}
