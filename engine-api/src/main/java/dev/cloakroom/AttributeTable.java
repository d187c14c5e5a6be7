package dev.cloakroom;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A session's attributes as bytes, read in place: looking one up decodes that one and nothing else.
 *
 * <pre>
 *  0               2                                    2 + 8n
 * +---------------+----------------------------------+----------------------------------------------+
 * | u16 count n   | n x ( u32 name hash, u32 offset) | n x ( u8 name length, name, u32 value length, |
 * |               | in order of hash, then of name   |       value )                                 |
 * +---------------+----------------------------------+----------------------------------------------+
 * </pre>
 *
 * Integers are big-endian. The hash is {@link String#hashCode()}, which the Java platform specifies; offsets count
 * from the table's start. A value begins with its type's tag ({@link AttributeType}). Entries may lie in any order; they
 * are written the shortest first, so that all but the long ones (tokens, as a rule) lie where the slots are, and reading
 * one fetches little more from memory than finding it does.
 *
 * <p>Immutable. Bytes that are no table are refused when the table is made or, inside an entry, when it is read.
 */
final class AttributeTable {

    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private static final int COUNT_LENGTH = Short.BYTES;
    private static final int SLOT_LENGTH = 2 * Integer.BYTES;
    private static final int MAXIMUM_COUNT = 0xFFFF;

    static final AttributeTable EMPTY = new AttributeTable(new byte[COUNT_LENGTH], 0, COUNT_LENGTH);

    private final byte[] bytes;
    private final int start;
    private final int end;
    private final int count;

    /**
     * Reads the table that lies in {@code bytes} between two positions. The array is not copied.
     *
     * @throws IllegalArgumentException if there is no room for as many entries as the table says it has
     */
    AttributeTable(byte[] bytes, int start, int end) {
        if (!isTable(bytes, start, end)) {
            throw new IllegalArgumentException("an attribute table that is too short for its entries");
        }
        this.bytes = bytes;
        this.start = start;
        this.end = end;
        this.count = count(bytes, start);
    }

    /** Returns whether there is room between two positions for as many entries as the table there says it has. */
    static boolean isTable(byte[] bytes, int start, int end) {
        return end - start >= COUNT_LENGTH && COUNT_LENGTH + count(bytes, start) * SLOT_LENGTH <= end - start;
    }

    private static int count(byte[] bytes, int start) {
        return (short) SHORT.get(bytes, start) & 0xFFFF;
    }

    /**
     * Returns an attribute's value, or null if it has none.
     *
     * @throws AttributeException if what is there cannot be read as the attribute's type
     */
    <T> @Nullable T get(Attribute<T> attribute) {
        return get(bytes, start, end, attribute);
    }

    /**
     * Does the same with the table that lies in {@code bytes} between two positions, without making an object of it.
     *
     * @throws AttributeException if what is there cannot be read as the attribute's type
     */
    static <T> @Nullable T get(byte[] bytes, int start, int end, Attribute<T> attribute) {
        try {
            int entry = find(bytes, start, end, attribute.name(), attribute.nameBytes());
            return entry < 0 ? null : attribute.type().read(bytes, valueFrom(bytes, entry), valueTo(bytes, end, entry));
        } catch (RuntimeException e) {
            throw new AttributeException(attribute, e);
        }
    }

    /** Returns the encoded value of the attribute of a name, or null if it has none that can be read. */
    byte @Nullable [] encoded(String name) {
        try {
            int entry = find(bytes, start, end, name, name.getBytes(StandardCharsets.UTF_8));
            return entry < 0 ? null : valueBytes(entry);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Returns the names of what can be read, the reserved ones among them. */
    List<String> names() {
        List<String> names = new ArrayList<>(count);
        for (int slot = 0; slot < count; slot++) {
            if (isWhole(slot)) {
                names.add(nameAt(entryAt(bytes, start, end, slot)));
            }
        }
        return names;
    }

    /** Returns whether a slot leads to an entry that lies within the table. */
    private boolean isWhole(int slot) {
        try {
            return valueTo(bytes, end, entryAt(bytes, start, end, slot)) <= end;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private String nameAt(int entry) {
        return new String(bytes, entry + 1, bytes[entry] & 0xFF, StandardCharsets.UTF_8);
    }

    /** Returns how many bytes the table takes. */
    int length() {
        return end - start;
    }

    void copyTo(ByteBuffer target) {
        target.put(bytes, start, length());
    }

    /** Returns this table with an attribute's value put in (or, if null, taken out). */
    <T> AttributeTable with(Attribute<T> attribute, @Nullable T value) {
        return with(Collections.singletonMap(attribute.name(), value == null ? null : encode(attribute.type(), value)));
    }

    /** Returns this table with some encoded values put in (or, where null, taken out), without what is damaged. */
    AttributeTable with(Map<String, byte @Nullable []> changes) {
        Map<String, byte[]> entries = new TreeMap<>(BY_HASH);
        for (int slot = 0; slot < count; slot++) {
            if (isWhole(slot)) {
                int entry = entryAt(bytes, start, end, slot);
                entries.put(nameAt(entry), valueBytes(entry));
            }
        }
        changes.forEach((name, value) -> {
            if (value == null) {
                entries.remove(name);
            } else {
                entries.put(name, value);
            }
        });
        return of(entries);
    }

    private static final Comparator<String> BY_HASH =
            Comparator.comparingInt(String::hashCode).thenComparing(Comparator.naturalOrder());

    private static AttributeTable of(Map<String, byte[]> entries) {
        if (entries.size() > MAXIMUM_COUNT) {
            throw new IllegalArgumentException("a session holds at most " + MAXIMUM_COUNT + " attributes");
        }
        int slots = COUNT_LENGTH + entries.size() * SLOT_LENGTH;
        Map<String, Integer> offsets = new TreeMap<>(BY_HASH);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        List<Map.Entry<String, byte[]>> shortestFirst = new ArrayList<>(entries.entrySet());
        shortestFirst.sort(Comparator.comparingInt(entry -> entry.getValue().length));
        try (DataOutputStream out = new DataOutputStream(body)) {
            for (Map.Entry<String, byte[]> entry : shortestFirst) {
                offsets.put(entry.getKey(), slots + body.size());
                byte[] name = entry.getKey().getBytes(StandardCharsets.UTF_8);
                out.writeByte(name.length);
                out.write(name);
                out.writeInt(entry.getValue().length);
                out.write(entry.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ByteBuffer table = ByteBuffer.allocate(slots + body.size());
        table.putShort((short) entries.size());
        offsets.forEach((name, offset) -> table.putInt(name.hashCode()).putInt(offset));
        table.put(body.toByteArray());
        return new AttributeTable(table.array(), 0, table.capacity());
    }

    static <T> byte[] encode(AttributeType<T> type, T value) {
        Objects.requireNonNull(value, "value");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            type.write(value, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static <T> T decode(Attribute<T> attribute, byte[] value) {
        try {
            return attribute.type().read(value, 0, value.length);
        } catch (RuntimeException e) {
            throw new AttributeException(attribute, e);
        }
    }

    /** Returns where an attribute's entry begins, or -1. */
    private static int find(byte[] bytes, int start, int end, String text, byte[] name) {
        int hash = text.hashCode();
        int count = count(bytes, start);
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (hashAt(bytes, start, middle) < hash) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        for (int slot = low; slot < count && hashAt(bytes, start, slot) == hash; slot++) {
            int entry = entryAt(bytes, start, end, slot);
            int from = entry + 1;
            int to = from + (bytes[entry] & 0xFF);
            if (to <= end && Arrays.equals(bytes, from, to, name, 0, name.length)) {
                return entry;
            }
        }
        return -1;
    }

    private static int hashAt(byte[] bytes, int start, int slot) {
        return (int) INT.get(bytes, start + COUNT_LENGTH + slot * SLOT_LENGTH);
    }

    private static int entryAt(byte[] bytes, int start, int end, int slot) {
        int offset = (int) INT.get(bytes, start + COUNT_LENGTH + slot * SLOT_LENGTH + Integer.BYTES);
        int entry = start + offset;
        if (offset < COUNT_LENGTH || entry < start || entry >= end) {
            throw new IllegalArgumentException("an attribute table points outside of itself");
        }
        return entry;
    }

    private static int valueFrom(byte[] bytes, int entry) {
        return entry + 1 + (bytes[entry] & 0xFF) + Integer.BYTES;
    }

    private static int valueTo(byte[] bytes, int end, int entry) {
        int from = valueFrom(bytes, entry);
        if (from > end) {
            throw new IllegalArgumentException("an attribute is cut off");
        }
        int length = (int) INT.get(bytes, from - Integer.BYTES);
        if (length < 1 || length > end - from) {
            throw new IllegalArgumentException("an attribute is cut off");
        }
        return from + length;
    }

    private byte[] valueBytes(int entry) {
        return Arrays.copyOfRange(bytes, valueFrom(bytes, entry), valueTo(bytes, end, entry));
    }
}
