package dev.cloakroom;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A session's attributes as bytes. Looking up an attribute reads a few integers and decodes that attribute only.
 *
 * <pre>
 *  0               2                                    2 + 8n
 * +---------------+----------------------------------+----------------------------------------------+
 * | u16 count n   | n x ( u32 name hash, u32 offset) | n x ( u8 name length, name, u32 value length, |
 * |               | in order of hash, then of name   |       value )                                 |
 * +---------------+----------------------------------+----------------------------------------------+
 * </pre>
 *
 * Integers are big-endian. The hash is {@link String#hashCode()}, which the Java platform specifies. Offsets count from
 * the table's start. A value begins with its type's tag ({@link AttributeType}). Entries may have any order. The writer
 * puts shorter values first. So all values but long ones, such as tokens, are near the slots, and reading one fetches
 * little more memory than finding it.
 *
 * <p>Immutable and thread-safe. The constructor refuses bytes that are not a table. An entry that points outside of the
 * table, is cut off or has no name is damaged. Reading a damaged attribute fails; names, copies and new tables leave it
 * out.
 */
final class AttributeTable {

    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private static final int COUNT_LENGTH = Short.BYTES;
    private static final int SLOT_LENGTH = 2 * Integer.BYTES;
    static final int MAXIMUM_COUNT = 0xFFFF;

    static final AttributeTable EMPTY = new AttributeTable(new byte[COUNT_LENGTH]);

    private final byte[] bytes;
    private final int start;
    private final int end;
    private final int count;

    /** Whether this class wrote the bytes, so that they need no check. */
    private final boolean written;

    /**
     * Reads the table that lies in {@code bytes} between two positions. The array is not copied.
     *
     * @throws IllegalArgumentException if the bytes have no room for the number of entries in their head
     */
    AttributeTable(byte[] bytes, int start, int end) {
        if (!isTable(bytes, start, end)) {
            throw new IllegalArgumentException("an attribute table that is too short for its entries");
        }
        this.bytes = bytes;
        this.start = start;
        this.end = end;
        this.count = count(bytes, start);
        this.written = false;
    }

    /** Takes a table that this class wrote. */
    private AttributeTable(byte[] bytes) {
        this.bytes = bytes;
        this.start = 0;
        this.end = bytes.length;
        this.count = count(bytes, 0);
        this.written = true;
    }

    /** Returns whether the bytes between two positions have room for the number of entries in their head. */
    static boolean isTable(byte[] bytes, int start, int end) {
        return end - start >= COUNT_LENGTH && COUNT_LENGTH + count(bytes, start) * SLOT_LENGTH <= end - start;
    }

    private static int count(byte[] bytes, int start) {
        return (short) SHORT.get(bytes, start) & 0xFFFF;
    }

    /**
     * Returns an attribute's value, or null if it has none.
     *
     * @throws AttributeException if it cannot be read as the attribute's type, and does not count as absent then
     */
    <T> @Nullable T get(Attribute<T> attribute) {
        return get(bytes, start, end, attribute);
    }

    /**
     * Does the same with the table in {@code bytes} between two positions, without creating a table object.
     *
     * @throws AttributeException if it cannot be read as the attribute's type, and does not count as absent then
     */
    static <T> @Nullable T get(byte[] bytes, int start, int end, Attribute<T> attribute) {
        try {
            int entry = find(bytes, start, end, attribute.name(), attribute.nameBytes());
            return entry < 0 ? null : attribute.type().read(bytes, valueFrom(bytes, entry), valueTo(bytes, end, entry));
        } catch (RuntimeException e) {
            throwUnlessAbsent(attribute, e);
            return null;
        }
    }

    /** Returns the encoded value of the attribute of a name, or null if there is none or it is damaged. */
    byte @Nullable [] encoded(String name) {
        try {
            return encoded(name, name.getBytes(StandardCharsets.UTF_8));
        } catch (ValueException e) {
            return null;
        }
    }

    /**
     * Returns an attribute's encoded value, or null if it has none.
     *
     * @throws AttributeException if the entry is damaged, and the attribute does not count as absent then
     */
    byte @Nullable [] encoded(Attribute<?> attribute) {
        try {
            return encoded(attribute.name(), attribute.nameBytes());
        } catch (ValueException e) {
            throwUnlessAbsent(attribute, e);
            return null;
        }
    }

    private byte @Nullable [] encoded(String name, byte[] nameBytes) {
        int entry = find(bytes, start, end, name, nameBytes);
        return entry < 0 ? null : valueBytes(entry);
    }

    /** Returns the names of the application's attributes, in no particular order. */
    List<String> names() {
        AttributeTable table = regular();
        List<String> names = new ArrayList<>(count);
        for (int slot = 0; slot < table.count; slot++) {
            String name = table.nameIn(slot);
            if (!Reserved.isReserved(name)) {
                names.add(name);
            }
        }
        return names;
    }

    /** Returns the application's attributes without decoding them, in no particular order. */
    List<EncodedAttribute> encodedAttributes() {
        AttributeTable table = regular();
        List<EncodedAttribute> attributes = new ArrayList<>(count);
        for (int slot = 0; slot < table.count; slot++) {
            String name = table.nameIn(slot);
            if (!Reserved.isReserved(name)) {
                attributes.add(new EncodedAttribute(name, table.valueBytes(table.entryIn(slot))));
            }
        }
        return attributes;
    }

    /** Returns the length of the table, in bytes. */
    int length() {
        return end - start;
    }

    /** Returns the number of entries, including those of the engine and damaged ones. */
    int count() {
        return count;
    }

    void copyTo(ByteBuffer target) {
        target.put(bytes, start, length());
    }

    /** A new value for the attribute of a name; null removes the attribute. */
    interface Change {

        String name();

        /** Returns the name in UTF-8. */
        byte[] nameBytes();

        byte @Nullable [] value();
    }

    private record SingleChange(String name, byte[] nameBytes, byte @Nullable [] value) implements Change {}

    /** Returns this table with an attribute's value put in, or removed if null. */
    <T> AttributeTable with(Attribute<T> attribute, @Nullable T value) {
        byte[] encoded = value == null ? null : encode(attribute, value);
        return with(List.of(new SingleChange(attribute.name(), attribute.nameBytes(), encoded)));
    }

    /**
     * Returns this table with changes, without damaged entries.
     *
     * @param changes in the order of {@link #compareNames}, at most one for a name
     * @throws IllegalArgumentException if the result has more attributes than a table can have
     */
    AttributeTable with(List<? extends Change> changes) {
        return regular().merged(changes);
    }

    /** Returns the size of an attribute's slot and entry in this regular table, in bytes, or 0 if it has none. */
    int takenBy(Change change) {
        int entry = find(bytes, start, end, change.name(), change.nameBytes());
        return entry < 0 ? 0 : SLOT_LENGTH + valueTo(bytes, end, entry) - entry;
    }

    /** Returns the size of a change's slot and entry, in bytes, or 0 if it removes the attribute. */
    static int takenIn(Change change) {
        byte[] value = change.value();
        return value == null
                ? 0
                : Math.addExact(SLOT_LENGTH + 1 + change.nameBytes().length + Integer.BYTES, value.length);
    }

    /** Throws if a table cannot have a number of attributes. */
    static void checkCount(long attributes) {
        if (attributes > MAXIMUM_COUNT) {
            throw new IllegalArgumentException("a session can have at most " + MAXIMUM_COUNT
                    + " attributes; this would make it " + attributes + ": remove some first");
        }
    }

    /**
     * Returns a table of the same attributes in the form that this class writes: without damaged entries, with ordered
     * slots, and without unused bytes. Returns this table if it has that form.
     */
    AttributeTable regular() {
        return isRegular() ? this : repaired();
    }

    private boolean isRegular() {
        if (written) {
            return true;
        }
        long length = COUNT_LENGTH + (long) count * SLOT_LENGTH;
        for (int slot = 0; slot < count; slot++) {
            if (!isWhole(slot)) {
                return false;
            }
            int entry = entryIn(slot);
            if (nameHash(entry) != hashAt(bytes, start, slot) || (slot > 0 && !isAfter(slot))) {
                return false;
            }
            length += valueTo(bytes, end, entry) - entry;
        }
        return length == length();
    }

    private AttributeTable repaired() {
        TreeMap<String, byte[]> whole = new TreeMap<>(AttributeTable::compareNames);
        for (int slot = 0; slot < count; slot++) {
            if (isWhole(slot)) {
                whole.put(nameIn(slot), valueBytes(entryIn(slot)));
            }
        }
        List<Change> changes = new ArrayList<>(whole.size());
        whole.forEach(
                (name, value) -> changes.add(new SingleChange(name, name.getBytes(StandardCharsets.UTF_8), value)));
        return EMPTY.merged(changes);
    }

    /** Returns whether a slot leads to an entry that lies within the table and has a name. */
    private boolean isWhole(int slot) {
        try {
            int entry = entryIn(slot);
            return valueTo(bytes, end, entry) <= end && bytes[entry] != 0 && isUtf8(entry);
        } catch (ValueException e) {
            return false;
        }
    }

    private boolean isUtf8(int entry) {
        if (isAscii(entry)) {
            return true;
        }
        String name = nameAt(entry);
        return name.indexOf('\uFFFD') < 0 || isNamed(entry, name.getBytes(StandardCharsets.UTF_8));
    }

    private boolean isNamed(int entry, byte[] name) {
        return Arrays.equals(bytes, entry + 1, entry + 1 + (bytes[entry] & 0xFF), name, 0, name.length);
    }

    private boolean isAscii(int entry) {
        for (int at = entry + 1, to = at + (bytes[entry] & 0xFF); at < to; at++) {
            if (bytes[at] < 0) {
                return false;
            }
        }
        return true;
    }

    private int nameHash(int entry) {
        if (!isAscii(entry)) {
            return nameAt(entry).hashCode();
        }
        int hash = 0;
        for (int at = entry + 1, to = at + (bytes[entry] & 0xFF); at < to; at++) {
            hash = 31 * hash + bytes[at];
        }
        return hash;
    }

    /** Returns whether a slot comes after the one before it. */
    private boolean isAfter(int slot) {
        int order = Integer.compare(hashAt(bytes, start, slot - 1), hashAt(bytes, start, slot));
        return order < 0 || (order == 0 && nameIn(slot - 1).compareTo(nameIn(slot)) < 0);
    }

    /** Compares names as a table orders its slots. */
    static int compareNames(String one, String other) {
        int byHash = Integer.compare(one.hashCode(), other.hashCode());
        return byHash == 0 ? one.compareTo(other) : byHash;
    }

    private int compare(int slot, Change change) {
        int byHash = Integer.compare(hashAt(bytes, start, slot), change.name().hashCode());
        if (byHash != 0 || isNamed(entryIn(slot), change.nameBytes())) {
            return byHash;
        }
        return nameIn(slot).compareTo(change.name());
    }

    /** Merges the slots of this table, which is regular, with changes in the same order. */
    private AttributeTable merged(List<? extends Change> changes) {
        // An item is an entry's place in this table, or the complement of a change's place in the list.
        int[] items = new int[count + changes.size()];
        long length = COUNT_LENGTH;
        int n = 0;
        int slot = 0;
        for (int at = 0; at < changes.size(); at++) {
            Change change = changes.get(at);
            while (slot < count && compare(slot, change) < 0) {
                int entry = entryIn(slot++);
                items[n++] = entry;
                length += SLOT_LENGTH + entryLength(entry);
            }
            if (slot < count && compare(slot, change) == 0) {
                slot++;
            }
            if (change.value() != null) {
                items[n++] = ~at;
                length += takenIn(change);
            }
        }
        while (slot < count) {
            int entry = entryIn(slot++);
            items[n++] = entry;
            length += SLOT_LENGTH + entryLength(entry);
        }
        checkCount(n);
        return written(items, n, changes, Math.toIntExact(length));
    }

    private AttributeTable written(int[] items, int n, List<? extends Change> changes, int length) {
        // The value's length, then the item's place: so equally long values keep the order of their slots.
        long[] shortestFirst = new long[n];
        for (int place = 0; place < n; place++) {
            shortestFirst[place] = ((long) valueLength(items[place], changes) << Integer.SIZE) | place;
        }
        Arrays.sort(shortestFirst);
        byte[] table = new byte[length];
        SHORT.set(table, 0, (short) n);
        int at = COUNT_LENGTH + n * SLOT_LENGTH;
        for (long next : shortestFirst) {
            int place = (int) next;
            int item = items[place];
            int slot = COUNT_LENGTH + place * SLOT_LENGTH;
            INT.set(table, slot + Integer.BYTES, at);
            if (item >= 0) {
                INT.set(table, slot, nameHash(item));
                System.arraycopy(bytes, item, table, at, entryLength(item));
                at += entryLength(item);
            } else {
                Change change = changes.get(~item);
                INT.set(table, slot, change.name().hashCode());
                at = write(change.nameBytes(), valueOf(change), table, at);
            }
        }
        return new AttributeTable(table);
    }

    private static int write(byte[] name, byte[] value, byte[] table, int at) {
        table[at] = (byte) name.length;
        System.arraycopy(name, 0, table, at + 1, name.length);
        int length = at + 1 + name.length;
        INT.set(table, length, value.length);
        System.arraycopy(value, 0, table, length + Integer.BYTES, value.length);
        return length + Integer.BYTES + value.length;
    }

    private int valueLength(int item, List<? extends Change> changes) {
        return item >= 0 ? valueTo(bytes, end, item) - valueFrom(bytes, item) : valueOf(changes.get(~item)).length;
    }

    private static byte[] valueOf(Change change) {
        return Objects.requireNonNull(change.value());
    }

    private int entryLength(int entry) {
        return valueTo(bytes, end, entry) - entry;
    }

    private int entryIn(int slot) {
        return entryAt(bytes, start, end, slot);
    }

    private String nameIn(int slot) {
        return nameAt(entryIn(slot));
    }

    private String nameAt(int entry) {
        return new String(bytes, entry + 1, bytes[entry] & 0xFF, StandardCharsets.UTF_8);
    }

    /**
     * Encodes an attribute's value.
     *
     * @throws AttributeException if the program's encoder or Jackson fails
     * @throws IllegalArgumentException if a text has half a surrogate pair
     */
    static <T> byte[] encode(Attribute<T> attribute, T value) {
        try {
            return attribute.type().encode(value);
        } catch (ValueException e) {
            throw AttributeException.unwritable(
                    attribute.name(), attribute.type().toString(), e);
        }
    }

    /**
     * Decodes an attribute's value. Returns null if it cannot be decoded, and the attribute counts as absent then.
     *
     * @throws AttributeException if it cannot be decoded
     */
    static <T> @Nullable T decode(Attribute<T> attribute, byte[] value) {
        try {
            return attribute.type().read(value, 0, value.length);
        } catch (RuntimeException e) {
            throwUnlessAbsent(attribute, e);
            return null;
        }
    }

    /** Throws, unless the attribute is {@link Attribute#absentIfUnreadable}. */
    private static void throwUnlessAbsent(Attribute<?> attribute, RuntimeException failure) {
        if (!attribute.isAbsentIfUnreadable()) {
            throw AttributeException.unreadable(
                    attribute.name(), attribute.type().toString(), failure);
        }
    }

    /** Returns the position of an attribute's entry, or -1. */
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
            throw new ValueException("its entry lies outside of the table");
        }
        return entry;
    }

    private static int valueFrom(byte[] bytes, int entry) {
        return entry + 1 + (bytes[entry] & 0xFF) + Integer.BYTES;
    }

    private static int valueTo(byte[] bytes, int end, int entry) {
        int from = valueFrom(bytes, entry);
        if (from > end) {
            throw new ValueException("its entry is cut off");
        }
        int length = (int) INT.get(bytes, from - Integer.BYTES);
        if (length < 1 || length > end - from) {
            throw new ValueException("its entry is cut off");
        }
        return from + length;
    }

    private byte[] valueBytes(int entry) {
        return Arrays.copyOfRange(bytes, valueFrom(bytes, entry), valueTo(bytes, end, entry));
    }
}
