package dev.cloakroom;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The type of an {@link Attribute}'s values: one of a closed set of types, or an encoding that the program names
 * ({@link #of}). The program chooses the type; stored bytes never choose a class. Values are copied by encoding: a
 * later change of a list or an array does not change the attribute.
 *
 * <p>Immutable and thread-safe, if the program's own encoder and decoder are. Two types are equal if their names are
 * equal. Parameters are not nullable.
 *
 * @param <T> the Java type of the values, never null and without nulls inside
 */
/*
 * An encoded value is a tag that names the type, then the content (docs/formats.md draws each). A value inside a list
 * or a map is written the same way behind its length. The type that the program asks for decides how bytes are decoded.
 * So the depth is bounded by that type, and a tag that differs is an error. Only UntypedValues follows the tags, to a
 * bounded depth.
 */
public abstract sealed class AttributeType<T> {

    private static final Pattern CODEC_NAME = Pattern.compile("[A-Za-z0-9._$-]+(/[A-Za-z0-9._$-]+)+");

    private static final VarHandle I32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle I64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /** Text, as UTF-8. */
    public static final AttributeType<String> STRING = new Text();

    /** A truth value. */
    public static final AttributeType<Boolean> BOOLEAN = new Flag();

    /** A 64-bit integer. */
    public static final AttributeType<Long> LONG = new Integer64();

    /** A 64-bit floating point number. */
    public static final AttributeType<Double> DOUBLE = new Float64();

    /** Bytes, copied in and out. */
    public static final AttributeType<byte[]> BYTES = new Bytes();

    /** A point in time, to the nanosecond. */
    public static final AttributeType<Instant> INSTANT = new Moment();

    /** A span of time, to the nanosecond. */
    public static final AttributeType<Duration> DURATION = new Span();

    /** A UUID. */
    public static final AttributeType<UUID> UUID = new Uuid();

    static final int MAXIMUM_CODEC_NAME_LENGTH = 100;

    static final int LIST_TAG = 9;
    static final int MAP_TAG = 10;
    static final int JSON_TAG = 11;
    static final int CODEC_TAG = 12;

    private final int tag;
    private final String name;

    private AttributeType(int tag, String name) {
        this.tag = tag;
        this.name = name;
    }

    /**
     * Returns a type with the program's own encoding. The name is stored with each value, and a value is read only by a
     * type of the same name. So name the content and the version of the encoding, such as {@code cart/1}, and give a
     * new version a new name.
     *
     * <p>If a function throws or returns null, the operation that called it throws an {@link AttributeException} without
     * the function's message. Only a {@link ValueRefusedException} of the encoder is passed on. Both functions must be safe
     * for use by several threads at a time.
     *
     * @param name at least two words of ASCII letters, digits and {@code . _ $ -}, joined by slashes; at most 100
     *     characters
     * @param encoder from a value to bytes, which are copied
     * @param decoder from the encoder's bytes to a value; each call gets a new array
     * @throws IllegalArgumentException if the name has another form
     */
    public static <T> AttributeType<T> of(
            String name, Function<? super T, byte[]> encoder, Function<? super byte[], ? extends T> decoder) {
        if (name.length() > MAXIMUM_CODEC_NAME_LENGTH
                || !CODEC_NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("the name of an encoding must be a name, a slash and a version,"
                    + " such as cart/1, of at most " + MAXIMUM_CODEC_NAME_LENGTH
                    + " ASCII letters, digits, '.', '_', '$', '-' and '/'");
        }
        return new Codec<>(
                name, Objects.requireNonNull(encoder, "encoder"), Objects.requireNonNull(decoder, "decoder"));
    }

    /** Returns the type of lists of a type. A list that is read cannot be modified. */
    public static <E> AttributeType<List<E>> listOf(AttributeType<E> element) {
        return new Sequence<>(Objects.requireNonNull(element, "element"));
    }

    /**
     * Returns the type of maps with string keys. A map that is read has the order of the map put, and cannot be
     * modified.
     */
    public static <V> AttributeType<Map<String, V>> mapOf(AttributeType<V> value) {
        return new Dictionary<>(Objects.requireNonNull(value, "value"));
    }

    /**
     * Returns the type of a record, stored as JSON by Jackson. The program needs
     * {@code tools.jackson.core:jackson-databind}. The JSON does not contain the name of the class.
     *
     * <p>Two versions of a program that share a store may have different versions of the record. An unknown property is
     * ignored, and is lost when the record is put again. A missing component is null, zero, false or an empty Optional.
     * A component of another type makes the attribute unreadable; only an integer is converted to a floating point
     * number.
     *
     * <p>The engine sets the mapper's features, and does not use Jackson's modules on the class path. Annotations on
     * the record apply, but type ids that are class names are refused. The maximum depth of nested objects is 100.
     *
     * @throws IllegalStateException if Jackson is missing
     */
    public static <R extends Record> AttributeType<R> json(Class<R> type) {
        return new Json<>(Objects.requireNonNull(type, "type"));
    }

    /**
     * Returns the type of a record, stored as the JSON of {@link #json(Class)} in a named encoding ({@link #of}). The
     * name is stored with each value. So a program that stores records of several classes under one attribute's name
     * finds the type by {@link EncodedAttribute#typeName}.
     *
     * @param name as in {@link #of}
     * @throws IllegalArgumentException if the name has another form
     * @throws IllegalStateException if Jackson is missing
     */
    public static <R extends Record> AttributeType<R> json(String name, Class<R> type) {
        JacksonRecords<R> mapping = JacksonRecords.of(Objects.requireNonNull(type, "type"));
        return of(name, mapping::toJson, json -> mapping.fromJson(json, 0, json.length));
    }

    /**
     * Adds a value with its tag.
     *
     * @throws ValueException if the program's encoder or Jackson fails
     * @throws IllegalArgumentException if a text has half a surrogate pair
     */
    abstract void write(T value, ValueWriter out);

    /**
     * Reads a value's content from the bytes between two positions.
     *
     * @throws RuntimeException if they are not such content
     */
    abstract T readContent(byte[] bytes, int from, int to);

    /** Returns whether the type was made by {@link #of}. */
    final boolean isNamedEncoding() {
        return tag == CODEC_TAG;
    }

    /** Returns an encoded value. Throws as {@link #write} does. */
    final byte[] encode(T value) {
        ValueWriter out = new ValueWriter();
        write(Objects.requireNonNull(value, "value"), out);
        return out.toBytes();
    }

    /** Adds the tag, and makes room for content of a length. */
    final void begin(ValueWriter out, int contentLength) {
        out.reserve(Math.addExact(contentLength, 1));
        out.putByte(tag);
    }

    /**
     * Reads the value that takes the bytes between two positions.
     *
     * @throws RuntimeException if they are not a value of this type
     */
    final T read(byte[] bytes, int from, int to) {
        Objects.checkFromToIndex(from, to, bytes.length);
        if (from == to || bytes[from] != tag) {
            throw new ValueException("it was put as " + storedName(bytes, from, to));
        }
        return readContent(bytes, from + 1, to);
    }

    /** Returns where the encoder's bytes begin, of a value of a program's own encoding. */
    static int encodedFrom(byte[] bytes, int from, int to) {
        return Codec.encodedFrom(bytes, from + 1, to);
    }

    /** Begins a value of a program's own encoding, whose content the caller adds. */
    static void beginEncoding(String encoding, ValueWriter out) {
        out.putByte(CODEC_TAG);
        out.putByte(encoding.length());
        out.putUtf8(encoding, encoding.length());
    }

    /** Returns the name of the type that a value was stored with: without the types of what is in it. */
    static String storedName(byte[] bytes, int from, int to) {
        if (from == to) {
            return "nothing";
        }
        return switch (bytes[from]) {
            case LIST_TAG -> "list";
            case MAP_TAG -> "map";
            case JSON_TAG -> "json";
            case CODEC_TAG -> Codec.storedName(bytes, from + 1, to);
            default -> {
                AttributeType<?> type = closedType(bytes[from]);
                yield type == null ? "unknown" : type.name;
            }
        };
    }

    /** Returns the type of a tag that names no list, map, record or encoding of a program; null if the tag is unknown. */
    static @Nullable AttributeType<?> closedType(int tag) {
        return switch (tag) {
            case 1 -> STRING;
            case 2 -> BOOLEAN;
            case 3 -> LONG;
            case 4 -> DOUBLE;
            case 5 -> BYTES;
            case 6 -> INSTANT;
            case 7 -> DURATION;
            case 8 -> UUID;
            default -> null;
        };
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AttributeType<?> that && name.equals(that.name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    /** Returns the type's name, such as {@code list<string>} or {@code cart/1}. */
    @Override
    public String toString() {
        return name;
    }

    private static void expectLength(int expected, int from, int to) {
        if (to - from != expected) {
            throw new ValueException("it takes " + (to - from) + " bytes in place of " + expected);
        }
    }

    /** Returns where the value ends whose length is told at a position. */
    static int endOfCounted(byte[] bytes, int at, int to) {
        int from = at + Integer.BYTES;
        Objects.checkFromToIndex(at, from, to);
        int length = (int) I32.get(bytes, at);
        Objects.checkFromIndexSize(from, length, to);
        return from + length;
    }

    static <E> void writeCounted(AttributeType<E> type, E value, ValueWriter out) {
        int begin = out.beginCounted();
        type.write(Objects.requireNonNull(value, "a list or map has a null"), out);
        out.endCounted(begin);
    }

    /** Returns a first guess of the length of a list or map; what is too long or too short costs a copy. */
    static int estimate(int size) {
        return Math.min(size, 1 << 10) * 16;
    }

    private static final class Text extends AttributeType<String> {
        Text() {
            super(1, "string");
        }

        @Override
        void write(String value, ValueWriter out) {
            int length = ValueWriter.utf8Length(value);
            begin(out, length);
            out.putUtf8(value, length);
        }

        @Override
        String readContent(byte[] bytes, int from, int to) {
            return new String(bytes, from, to - from, StandardCharsets.UTF_8);
        }
    }

    private static final class Flag extends AttributeType<Boolean> {
        Flag() {
            super(2, "boolean");
        }

        @Override
        void write(Boolean value, ValueWriter out) {
            begin(out, 1);
            out.putByte(value ? 1 : 0);
        }

        @Override
        Boolean readContent(byte[] bytes, int from, int to) {
            expectLength(1, from, to);
            return bytes[from] != 0;
        }
    }

    private static final class Integer64 extends AttributeType<Long> {
        Integer64() {
            super(3, "long");
        }

        @Override
        void write(Long value, ValueWriter out) {
            begin(out, Long.BYTES);
            out.putLong(value);
        }

        @Override
        Long readContent(byte[] bytes, int from, int to) {
            expectLength(Long.BYTES, from, to);
            return (long) I64.get(bytes, from);
        }
    }

    private static final class Float64 extends AttributeType<Double> {
        Float64() {
            super(4, "double");
        }

        @Override
        void write(Double value, ValueWriter out) {
            begin(out, Double.BYTES);
            out.putLong(Double.doubleToLongBits(value));
        }

        @Override
        Double readContent(byte[] bytes, int from, int to) {
            expectLength(Double.BYTES, from, to);
            return Double.longBitsToDouble((long) I64.get(bytes, from));
        }
    }

    private static final class Bytes extends AttributeType<byte[]> {
        Bytes() {
            super(5, "bytes");
        }

        @Override
        void write(byte[] value, ValueWriter out) {
            begin(out, value.length);
            out.putBytes(value);
        }

        @Override
        byte[] readContent(byte[] bytes, int from, int to) {
            return Arrays.copyOfRange(bytes, from, to);
        }
    }

    private static final class Moment extends AttributeType<Instant> {
        Moment() {
            super(6, "instant");
        }

        @Override
        void write(Instant value, ValueWriter out) {
            begin(out, Long.BYTES + Integer.BYTES);
            out.putLong(value.getEpochSecond());
            out.putInt(value.getNano());
        }

        @Override
        Instant readContent(byte[] bytes, int from, int to) {
            expectLength(Long.BYTES + Integer.BYTES, from, to);
            return Instant.ofEpochSecond((long) I64.get(bytes, from), (int) I32.get(bytes, from + Long.BYTES));
        }
    }

    private static final class Span extends AttributeType<Duration> {
        Span() {
            super(7, "duration");
        }

        @Override
        void write(Duration value, ValueWriter out) {
            begin(out, Long.BYTES + Integer.BYTES);
            out.putLong(value.getSeconds());
            out.putInt(value.getNano());
        }

        @Override
        Duration readContent(byte[] bytes, int from, int to) {
            expectLength(Long.BYTES + Integer.BYTES, from, to);
            return Duration.ofSeconds((long) I64.get(bytes, from), (int) I32.get(bytes, from + Long.BYTES));
        }
    }

    private static final class Uuid extends AttributeType<UUID> {
        Uuid() {
            super(8, "uuid");
        }

        @Override
        void write(UUID value, ValueWriter out) {
            begin(out, 2 * Long.BYTES);
            out.putLong(value.getMostSignificantBits());
            out.putLong(value.getLeastSignificantBits());
        }

        @Override
        UUID readContent(byte[] bytes, int from, int to) {
            expectLength(2 * Long.BYTES, from, to);
            return new UUID((long) I64.get(bytes, from), (long) I64.get(bytes, from + Long.BYTES));
        }
    }

    private static final class Sequence<E> extends AttributeType<List<E>> {
        private final AttributeType<E> element;

        Sequence(AttributeType<E> element) {
            super(LIST_TAG, "list<" + element + ">");
            this.element = element;
        }

        @Override
        void write(List<E> value, ValueWriter out) {
            begin(out, estimate(value.size()));
            for (E each : value) {
                writeCounted(element, each, out);
            }
        }

        @Override
        List<E> readContent(byte[] bytes, int from, int to) {
            List<E> list = new ArrayList<>();
            for (int at = from; at < to; at = endOfCounted(bytes, at, to)) {
                list.add(element.read(bytes, at + Integer.BYTES, endOfCounted(bytes, at, to)));
            }
            return Collections.unmodifiableList(list);
        }
    }

    private static final class Dictionary<V> extends AttributeType<Map<String, V>> {
        private final AttributeType<V> value;

        Dictionary(AttributeType<V> value) {
            super(MAP_TAG, "map<" + value + ">");
            this.value = value;
        }

        @Override
        void write(Map<String, V> map, ValueWriter out) {
            begin(out, 2 * estimate(map.size()));
            for (Map.Entry<String, V> entry : map.entrySet()) {
                writeCounted(STRING, entry.getKey(), out);
                writeCounted(value, entry.getValue(), out);
            }
        }

        @Override
        Map<String, V> readContent(byte[] bytes, int from, int to) {
            Map<String, V> map = new LinkedHashMap<>();
            for (int at = from; at < to; ) {
                int middle = endOfCounted(bytes, at, to);
                int end = endOfCounted(bytes, middle, to);
                map.put(STRING.read(bytes, at + Integer.BYTES, middle), value.read(bytes, middle + Integer.BYTES, end));
                at = end;
            }
            return Collections.unmodifiableMap(map);
        }
    }

    private static final class Json<R extends Record> extends AttributeType<R> {
        private final JacksonRecords<R> mapping;

        Json(Class<R> type) {
            super(JSON_TAG, "json<" + type.getName() + ">");
            this.mapping = JacksonRecords.of(type);
        }

        @Override
        void write(R value, ValueWriter out) {
            byte[] json = mapping.toJson(value);
            begin(out, json.length);
            out.putBytes(json);
        }

        @Override
        R readContent(byte[] bytes, int from, int to) {
            return mapping.fromJson(bytes, from, to);
        }
    }

    /** A program's own encoding. The content is the encoding's name behind its length, then the encoder's bytes. */
    private static final class Codec<T> extends AttributeType<T> {
        private final Function<? super T, byte[]> encoder;
        private final Function<? super byte[], ? extends T> decoder;
        private final byte[] nameBytes;

        Codec(String name, Function<? super T, byte[]> encoder, Function<? super byte[], ? extends T> decoder) {
            super(CODEC_TAG, name);
            this.encoder = encoder;
            this.decoder = decoder;
            this.nameBytes = name.getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        void write(T value, ValueWriter out) {
            byte[] encoded = call("its encoder", encoder, value);
            begin(out, Math.addExact(1 + nameBytes.length, encoded.length));
            out.putByte(nameBytes.length);
            out.putBytes(nameBytes);
            out.putBytes(encoded);
        }

        @Override
        T readContent(byte[] bytes, int from, int to) {
            int encoded = encodedFrom(bytes, from, to);
            if (!Arrays.equals(bytes, from + 1, encoded, nameBytes, 0, nameBytes.length)) {
                throw new ValueException("it was put as " + storedName(bytes, from, to));
            }
            return call("its decoder", decoder, Arrays.copyOfRange(bytes, encoded, to));
        }

        private static <A, B> B call(String what, Function<? super A, ? extends B> function, A argument) {
            B result;
            try {
                result = function.apply(argument);
            } catch (ValueException | ValueRefusedException e) {
                throw e;
            } catch (RuntimeException e) {
                throw ValueException.withoutMessageOf(what, e);
            }
            if (result == null) {
                throw new ValueException(what + " returned null");
            }
            return result;
        }

        /** Returns where the encoder's bytes begin. */
        static int encodedFrom(byte[] bytes, int from, int to) {
            if (from == to || to - from - 1 < (bytes[from] & 0xFF)) {
                throw new ValueException("the name of its encoding is cut off");
            }
            return from + 1 + (bytes[from] & 0xFF);
        }

        static String storedName(byte[] bytes, int from, int to) {
            if (from == to || to - from - 1 < (bytes[from] & 0xFF)) {
                return "unknown";
            }
            String name = new String(bytes, from + 1, bytes[from] & 0xFF, StandardCharsets.US_ASCII);
            return CODEC_NAME.matcher(name).matches() ? name : "unknown";
        }
    }
}
