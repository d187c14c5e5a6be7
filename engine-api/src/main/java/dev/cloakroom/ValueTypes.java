package dev.cloakroom;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Encodes and decodes attributes whose type no {@link Attribute} names: for adapters to servers whose sessions map
 * strings to objects. The program names each class that may be stored. When a value is read, the stored name of the type
 * is looked up among the types given here. Stored bytes never choose a class.
 *
 * <p>A value is stored by the first of these rules that fits:
 *
 * <ol>
 *   <li>an attribute's name that was {@linkplain Builder#attribute declared}: as the declared type;
 *   <li>a class that was {@linkplain Builder#type given a type}, or a {@linkplain Builder#record record} that was named;
 *   <li>String, Boolean, Long, Double, byte array, Instant, Duration, UUID: as {@link AttributeType} says. So {@code
 *       session.get(Attribute.ofString("name"))} reads what was put as a String under this name;
 *   <li>Integer, Short, Byte, Float, Character, BigInteger, BigDecimal, LocalDate, LocalTime, LocalDateTime,
 *       OffsetDateTime, ZonedDateTime, Date, Locale and URI;
 *   <li>a superclass or an interface that was given a type;
 *   <li>a List, a Set or a Map of such values and of nulls, nested at most 100 deep. They come back as {@code ArrayList},
 *       {@code LinkedHashSet} and {@code LinkedHashMap}. A list of values of one type, and a map from strings to such, is
 *       readable by a typed {@link Attribute};
 *   <li>a class that was given a type {@linkplain Builder#otherwise for what no other rule fits}.
 * </ol>
 *
 * <p>An attribute that was stored as a type that is not known here is decoded as an {@link EncodedAttribute}. Encoding that
 * value stores the same bytes again. So programs that copy sessions lose nothing.
 *
 * <p>Immutable and thread-safe, if the types given to it are. Null is accepted nowhere.
 */
public final class ValueTypes {

    private static final ValueTypes STANDARD = builder().build();

    private final Map<Class<?>, AttributeType<?>> byClass;
    private final Map<Class<?>, AttributeType<?>> otherwise;
    private final Map<String, AttributeType<?>> byEncoding;
    private final Map<String, Attribute<?>> byName;

    /** The types of classes whose superclass or interface was given one. */
    private final Map<Class<?>, AttributeType<?>> bySupertype = new ConcurrentHashMap<>();

    private ValueTypes(Builder builder) {
        this.byClass = new LinkedHashMap<>(builder.byClass);
        this.otherwise = new LinkedHashMap<>(builder.otherwise);
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
     * @throws IllegalArgumentException if the name is none of an attribute, no rule fits the value, the attribute was
     *     declared and the value is of another class, an encoder refuses the value, or a text has half a surrogate pair
     * @throws AttributeException if the program's encoder or Jackson fails
     */
    public EncodedAttribute encode(String name, Object value) {
        Objects.requireNonNull(value, "value");
        Attribute<?> declared = byName.get(name);
        if (declared != null) {
            return encodeDeclared(declared, value);
        }
        Attribute.checkedName(name);
        if (value instanceof EncodedAttribute encoded && encoded.name().equals(name)) {
            return encoded;
        }
        ValueWriter out = new ValueWriter();
        try {
            UntypedValues.write(value, out, new Program(name));
        } catch (ValueException e) {
            if (e.getCause() != null) {
                throw AttributeException.unwritable(name, value.getClass().getName(), e);
            }
            throw refused(
                    name,
                    e.getMessage() + "; give its class a type by ValueTypes.Builder.type(...) or record(...),"
                            + " or declare the attribute");
        } catch (ValueRefusedException e) {
            throw refused(name, e.getMessage());
        }
        return new EncodedAttribute(name, out.toBytes());
    }

    private static EncodedAttribute encodeDeclared(Attribute<?> attribute, Object value) {
        @SuppressWarnings("unchecked")
        Attribute<Object> any = (Attribute<Object>) attribute;
        try {
            return EncodedAttribute.of(any, value);
        } catch (ClassCastException e) {
            throw refused(
                    attribute.name(),
                    "it is declared as " + attribute.type() + " and cannot be a "
                            + value.getClass().getName() + "; put a value of the declared type");
        } catch (ValueRefusedException e) {
            throw refused(attribute.name(), e.getMessage());
        }
    }

    private static IllegalArgumentException refused(String name, @Nullable String why) {
        return new IllegalArgumentException("the attribute " + name + " cannot be stored: " + why);
    }

    /**
     * Decodes an attribute. Its type is found by the rules above.
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
            return UntypedValues.read(bytes, new Program(attribute.name()));
        } catch (RuntimeException e) {
            throw AttributeException.unreadable(attribute.name(), attribute.typeName(), e);
        }
    }

    /**
     * Returns whether a value may be changed without being put again. Then only its encoding tells whether it was. Records
     * count as immutable.
     */
    public boolean isMutable(Object value) {
        return !(value instanceof Record
                || value instanceof EncodedAttribute
                || StandardTypes.isImmutable(value.getClass()));
    }

    /** Returns whether an attribute was declared, or was stored as a type that was given here. */
    public boolean isOfProgram(EncodedAttribute attribute) {
        return byName.containsKey(attribute.name()) || byEncoding.containsKey(attribute.typeName());
    }

    /** What is known of the values of an attribute. */
    private final class Program implements UntypedValues.Program {

        private final String attribute;

        Program(String attribute) {
            this.attribute = attribute;
        }

        @Override
        public @Nullable AttributeType<?> typeOf(Object value) {
            return ValueTypes.this.typeOf(value);
        }

        @Override
        public @Nullable AttributeType<?> named(String encoding) {
            AttributeType<?> type = byEncoding.get(encoding);
            return type == null ? StandardTypes.named(encoding) : type;
        }

        @Override
        public byte @Nullable [] encoded(Object value) {
            return value instanceof EncodedAttribute encoded ? encoded.bytes() : null;
        }

        @Override
        public Object unknown(byte[] encoded) {
            return new EncodedAttribute(attribute, encoded);
        }
    }

    private @Nullable AttributeType<?> typeOf(Object value) {
        Class<?> valueClass = value.getClass();
        AttributeType<?> type = byClass.get(valueClass);
        if (type == null) {
            type = StandardTypes.of(valueClass);
        }
        if (type == null) {
            type = bySupertype.get(valueClass);
        }
        if (type == null) {
            type = firstOf(byClass, value);
            if (type != null) {
                bySupertype.put(valueClass, type);
            }
        }
        boolean hasElements = value instanceof List<?> || value instanceof Set<?> || value instanceof Map<?, ?>;
        return type == null && !hasElements ? firstOf(otherwise, value) : type;
    }

    private static @Nullable AttributeType<?> firstOf(Map<Class<?>, AttributeType<?>> types, Object value) {
        for (Map.Entry<Class<?>, AttributeType<?>> entry : types.entrySet()) {
            if (entry.getKey().isInstance(value)) {
                return entry.getValue();
            }
        }
        return null;
    }

    /** Settings of {@link ValueTypes}. Not thread-safe. */
    public static final class Builder {

        private final Map<Class<?>, AttributeType<?>> byClass = new LinkedHashMap<>();
        private final Map<Class<?>, AttributeType<?>> otherwise = new LinkedHashMap<>();
        private final Map<String, AttributeType<?>> byEncoding = new HashMap<>();
        private final Map<String, Attribute<?>> byName = new HashMap<>();

        private Builder() {}

        /**
         * Gives a class or an interface a type, and with it what is assignable to it, in lists, sets and maps too. Of
         * several that fit, the value's own class counts first, then the one given first.
         *
         * @param encoding made by {@link AttributeType#of} or {@link AttributeType#json(String, Class)}, so that it has a
         *     name of its own
         * @throws IllegalArgumentException if it was made otherwise, its name begins with {@code java/}, or the class or
         *     the name was given before
         */
        public <T> Builder type(Class<T> type, AttributeType<T> encoding) {
            add(byClass, type, encoding);
            return this;
        }

        /**
         * Gives a class or an interface a type for the values that no other rule fits, such as {@code Serializable}. Lists,
         * sets and maps are not among them.
         *
         * @throws IllegalArgumentException as {@link #type}
         */
        public <T> Builder otherwise(Class<T> type, AttributeType<T> encoding) {
            add(otherwise, type, encoding);
            return this;
        }

        private void add(Map<Class<?>, AttributeType<?>> types, Class<?> type, AttributeType<?> encoding) {
            String name = encoding.toString();
            if (!encoding.isNamedEncoding()) {
                throw new IllegalArgumentException("the type " + name + " has no name of its own, by which a stored"
                        + " value could be recognised: make it by AttributeType.of(...) or AttributeType.json(name, ...),"
                        + " or declare the attribute that holds such values");
            }
            if (name.startsWith(StandardTypes.PREFIX)) {
                throw new IllegalArgumentException("the encoding " + name
                        + " has a name of the standard types: give it one that does not begin with "
                        + StandardTypes.PREFIX);
            }
            if (types.containsKey(Objects.requireNonNull(type, "type"))) {
                throw new IllegalArgumentException("the class " + type.getName() + " was given a type before");
            }
            if (byEncoding.putIfAbsent(name, encoding) != null) {
                throw new IllegalArgumentException("two classes have the encoding " + name + ": name one otherwise");
            }
            types.put(type, encoding);
        }

        /**
         * Stores a record as JSON by Jackson, under the name {@code record/} and the name of its class. The program must
         * have Jackson ({@code tools.jackson.core:jackson-databind}).
         *
         * @throws IllegalArgumentException if the class's name is too long or has other characters than ASCII: give the
         *     record a name
         * @throws IllegalStateException if Jackson is missing
         */
        public <R extends Record> Builder record(Class<R> type) {
            return record("record/" + type.getName(), type);
        }

        /**
         * Does what {@link #record(Class)} does, under a name that stays when the class is moved.
         *
         * @param name as in {@link AttributeType#of}, such as {@code cart/1}
         */
        public <R extends Record> Builder record(String name, Class<R> type) {
            return type(type, AttributeType.json(name, type));
        }

        /**
         * Declares an attribute: all values of its name are of its type. So the server's session and a typed {@link
         * Attribute} use the same values.
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
