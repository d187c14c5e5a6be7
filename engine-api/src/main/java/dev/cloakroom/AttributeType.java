package dev.cloakroom;

import dev.cloakroom.internal.text.Utf8;
import java.io.DataOutputStream;
import java.io.IOException;
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
import org.jspecify.annotations.Nullable;

/**
 * What an {@link Attribute} can hold: a closed set of types, each with its own encoding, so that no bytes from a store
 * ever choose a class. Values are copied by encoding: changing a list or an array after it was put changes nothing.
 *
 * <p>Instances are immutable and safe for use by any number of threads. Two types are equal if they encode alike.
 *
 * @param <T> the Java type of the values, never null and without nulls inside
 */
/*
 * An encoded value is a tag that names the type, then the content (docs/formats.md draws each). A value inside a list
 * or a map is written the same way behind its length. Decoding is driven by the type that the program asks for and
 * never by the bytes, so its depth is bounded by the program's own type, and a tag that differs is an error.
 */
public abstract sealed class AttributeType<T> {

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

    private final int tag;
    private final String name;

    private AttributeType(int tag, String name) {
        this.tag = tag;
        this.name = name;
    }

    /** Returns the type of lists of a type. A list that is read cannot be modified. */
    public static <E> AttributeType<List<E>> listOf(AttributeType<E> element) {
        return new Sequence<>(Objects.requireNonNull(element, "element"));
    }

    /** Returns the type of maps from strings to a type, in the order of the map put. A map that is read cannot be modified. */
    public static <V> AttributeType<Map<String, V>> mapOf(AttributeType<V> value) {
        return new Dictionary<>(Objects.requireNonNull(value, "value"));
    }

    /**
     * Returns the type of a record, kept as JSON by Jackson, which the application must have on its class path
     * ({@code tools.jackson.core:jackson-databind}). The record's class is named here, never in the JSON.
     *
     * @throws IllegalStateException if Jackson is missing
     */
    public static <R extends Record> AttributeType<R> json(Class<R> type) {
        return new Json<>(Objects.requireNonNull(type, "type"));
    }

    abstract void writeContent(T value, DataOutputStream out) throws IOException;

    /**
     * Reads a value's content from the bytes between two positions.
     *
     * @throws RuntimeException if they are not such content
     */
    abstract T readContent(byte[] bytes, int from, int to);

    final void write(T value, DataOutputStream out) throws IOException {
        out.writeByte(tag);
        writeContent(value, out);
    }

    /**
     * Reads the value that takes the bytes between two positions.
     *
     * @throws RuntimeException if they are not a value of this type
     */
    final T read(byte[] bytes, int from, int to) {
        Objects.checkFromToIndex(from, to, bytes.length);
        if (from == to || bytes[from] != tag) {
            throw new IllegalArgumentException("not a " + name);
        }
        return readContent(bytes, from + 1, to);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AttributeType<?> that && name.equals(that.name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    /** Returns the type's name, such as {@code list<string>}. */
    @Override
    public String toString() {
        return name;
    }

    private static void expectLength(int expected, int from, int to) {
        if (to - from != expected) {
            throw new IllegalArgumentException("a value of " + (to - from) + " bytes in place of " + expected);
        }
    }

    /** Returns where the value ends whose length is told at a position. */
    private static int endOfCounted(byte[] bytes, int at, int to) {
        int from = at + Integer.BYTES;
        Objects.checkFromToIndex(at, from, to);
        int length = (int) I32.get(bytes, at);
        Objects.checkFromIndexSize(from, length, to);
        return from + length;
    }

    private static <E> void writeCounted(AttributeType<E> type, E value, DataOutputStream out) throws IOException {
        byte[] encoded = AttributeTable.encode(type, value);
        out.writeInt(encoded.length);
        out.write(encoded);
    }

    private static final class Text extends AttributeType<String> {
        Text() {
            super(1, "string");
        }

        @Override
        void writeContent(String value, DataOutputStream out) throws IOException {
            out.write(Utf8.encode("a string", value));
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
        void writeContent(Boolean value, DataOutputStream out) throws IOException {
            out.writeBoolean(value);
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
        void writeContent(Long value, DataOutputStream out) throws IOException {
            out.writeLong(value);
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
        void writeContent(Double value, DataOutputStream out) throws IOException {
            out.writeDouble(value);
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
        void writeContent(byte[] value, DataOutputStream out) throws IOException {
            out.write(value);
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
        void writeContent(Instant value, DataOutputStream out) throws IOException {
            out.writeLong(value.getEpochSecond());
            out.writeInt(value.getNano());
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
        void writeContent(Duration value, DataOutputStream out) throws IOException {
            out.writeLong(value.getSeconds());
            out.writeInt(value.getNano());
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
        void writeContent(UUID value, DataOutputStream out) throws IOException {
            out.writeLong(value.getMostSignificantBits());
            out.writeLong(value.getLeastSignificantBits());
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
            super(9, "list<" + element + ">");
            this.element = element;
        }

        @Override
        void writeContent(List<E> value, DataOutputStream out) throws IOException {
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
            super(10, "map<" + value + ">");
            this.value = value;
        }

        @Override
        void writeContent(Map<String, V> map, DataOutputStream out) throws IOException {
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
            super(11, "json<" + type.getName() + ">");
            this.mapping = JacksonRecords.of(type);
        }

        @Override
        void writeContent(R value, DataOutputStream out) throws IOException {
            out.write(mapping.toJson(value));
        }

        @Override
        R readContent(byte[] bytes, int from, int to) {
            return mapping.fromJson(Arrays.copyOfRange(bytes, from, to));
        }
    }
}
