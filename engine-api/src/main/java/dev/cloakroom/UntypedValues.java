package dev.cloakroom;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Values without a type that the program names: written by their classes, and read by their tags, to a bounded depth. */
final class UntypedValues {

    /** The encoding of sets: as a list's content. */
    static final String SET = "java/set";

    /** The encoding of maps with a key that is no String: as the content of a list of keys and values in turn. */
    static final String MAP = "java/map";

    private static final int MAXIMUM_DEPTH = 100;

    /** What a program knows of classes and encodings. */
    interface Program {

        /** Returns the type of a value, or null. */
        @Nullable
        AttributeType<?> typeOf(Object value);

        /** Returns the type of an encoding, or null. */
        @Nullable
        AttributeType<?> named(String encoding);

        /** Returns the bytes of a value that is encoded already, or null. */
        byte @Nullable [] encoded(Object value);

        /** Returns what stands for an encoded value of a type that is not known. */
        Object unknown(byte[] encoded);
    }

    private final byte[] bytes;

    /** Null if only the closed types are read. */
    private final @Nullable Program program;

    private UntypedValues(byte[] bytes, @Nullable Program program) {
        this.bytes = bytes;
        this.program = program;
    }

    /**
     * Reads a value of the closed types, or an unmodifiable list or map of such. JSON is read as a string, and a program's
     * own encoding as bytes.
     *
     * @throws RuntimeException if the bytes are not a value
     */
    static Object readClosed(byte[] bytes) {
        return new UntypedValues(bytes, null).read(0, bytes.length, 0);
    }

    /**
     * Reads a value of the closed types, or of an encoding that the program knows, or a modifiable list, set or map of such.
     *
     * @throws RuntimeException if the bytes are not a value
     */
    static Object read(byte[] bytes, Program program) {
        return new UntypedValues(bytes, program).read(0, bytes.length, 0);
    }

    private Object read(int from, int to, int depth) {
        if (from == to) {
            throw new ValueException("it has no tag");
        }
        checkDepth(depth);
        int content = from + 1;
        return switch (bytes[from]) {
            case AttributeType.LIST_TAG -> {
                List<@Nullable Object> list = new ArrayList<>();
                readElements(content, to, depth, list);
                yield program == null ? Collections.unmodifiableList(list) : list;
            }
            case AttributeType.MAP_TAG -> {
                Map<String, @Nullable Object> map = readMap(content, to, depth);
                yield program == null ? Collections.unmodifiableMap(map) : map;
            }
            case AttributeType.JSON_TAG ->
                program == null
                        ? new String(bytes, content, to - content, StandardCharsets.UTF_8)
                        : program.unknown(Arrays.copyOfRange(bytes, from, to));
            case AttributeType.CODEC_TAG -> readEncoding(from, to, depth);
            default -> {
                AttributeType<?> type = AttributeType.closedType(bytes[from]);
                if (type == null) {
                    throw new ValueException("its tag is unknown");
                }
                yield type.readContent(bytes, content, to);
            }
        };
    }

    private static void checkDepth(int depth) {
        if (depth > MAXIMUM_DEPTH) {
            throw new ValueException("it is nested deeper than " + MAXIMUM_DEPTH);
        }
    }

    private Object readEncoding(int from, int to, int depth) {
        int content = AttributeType.encodedFrom(bytes, from, to);
        if (program == null) {
            return Arrays.copyOfRange(bytes, content, to);
        }
        String encoding = AttributeType.storedName(bytes, from, to);
        if (encoding.equals(SET)) {
            Set<@Nullable Object> set = new LinkedHashSet<>();
            readElements(content, to, depth, set);
            return set;
        }
        if (encoding.equals(MAP)) {
            List<@Nullable Object> list = new ArrayList<>();
            readElements(content, to, depth, list);
            Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
            for (int i = 0; i < list.size(); i += 2) {
                map.put(list.get(i), list.get(i + 1));
            }
            return map;
        }
        AttributeType<?> type = program.named(encoding);
        return type == null ? program.unknown(Arrays.copyOfRange(bytes, from, to)) : type.read(bytes, from, to);
    }

    private void readElements(int from, int to, int depth, Collection<@Nullable Object> elements) {
        for (int at = from; at < to; ) {
            int end = AttributeType.endOfCounted(bytes, at, to);
            elements.add(readElement(at, end, depth));
            at = end;
        }
    }

    private Map<String, @Nullable Object> readMap(int from, int to, int depth) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int at = from; at < to; ) {
            int middle = AttributeType.endOfCounted(bytes, at, to);
            int end = AttributeType.endOfCounted(bytes, middle, to);
            map.put(AttributeType.STRING.read(bytes, at + Integer.BYTES, middle), readElement(middle, end, depth));
            at = end;
        }
        return map;
    }

    /** Reads an element behind its length. Nothing stands for null. */
    private @Nullable Object readElement(int at, int end, int depth) {
        int from = at + Integer.BYTES;
        return from == end && program != null ? null : read(from, end, depth + 1);
    }

    /**
     * Adds a value by the type that the program finds for it. A list, a set or a map for which it finds none is written
     * element by element.
     *
     * @throws ValueException if there is no type for a value
     */
    static void write(Object value, ValueWriter out, Program program) {
        write(value, out, program, 0);
    }

    @SuppressWarnings("unchecked") // The program found the type for this value.
    private static void write(Object value, ValueWriter out, Program program, int depth) {
        checkDepth(depth);
        byte[] encoded = program.encoded(value);
        if (encoded != null) {
            out.putBytes(encoded);
            return;
        }
        AttributeType<?> type = program.typeOf(value);
        if (type != null) {
            ((AttributeType<Object>) type).write(value, out);
        } else if (value instanceof List<?> list) {
            out.reserve(1 + AttributeType.estimate(list.size()));
            out.putByte(AttributeType.LIST_TAG);
            list.forEach(each -> writeElement(each, out, program, depth));
        } else if (value instanceof Set<?> set) {
            AttributeType.beginEncoding(SET, out);
            set.forEach(each -> writeElement(each, out, program, depth));
        } else if (value instanceof Map<?, ?> map) {
            writeMap(map, out, program, depth);
        } else {
            throw new ValueException("there is no type for " + value.getClass().getName());
        }
    }

    private static void writeMap(Map<?, ?> map, ValueWriter out, Program program, int depth) {
        if (map.keySet().stream().allMatch(String.class::isInstance)) {
            out.reserve(1 + 2 * AttributeType.estimate(map.size()));
            out.putByte(AttributeType.MAP_TAG);
            map.forEach((key, value) -> {
                AttributeType.writeCounted(AttributeType.STRING, (String) key, out);
                writeElement(value, out, program, depth);
            });
        } else {
            AttributeType.beginEncoding(MAP, out);
            map.forEach((key, value) -> {
                writeElement(key, out, program, depth);
                writeElement(value, out, program, depth);
            });
        }
    }

    private static void writeElement(@Nullable Object element, ValueWriter out, Program program, int depth) {
        int begin = out.beginCounted();
        if (element != null) {
            write(element, out, program, depth + 1);
        }
        out.endCounted(begin);
    }
}
