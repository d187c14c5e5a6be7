package dev.cloakroom;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One request's changes of a session's attributes, on top of the table that the request looked up. Reads see the
 * changes first, then the table. No table is built before {@link #applyTo}.
 *
 * <p>The changes can be applied again to a newer table of another request. Attributes without a change keep their
 * values in that table. The function of an update runs again if the attribute has another value there.
 *
 * <p>Not thread-safe.
 */
final class Edits {

    /** The size limits of a session. Each method throws if a size exceeds the limit. */
    interface Limits {

        /** Checks the length of one encoded value, in bytes. */
        void checkAttribute(String name, int length);

        /** Checks the length of the table with all changes, in bytes. */
        void checkSession(long length);
    }

    private final Limits limits;

    /** In the order of {@link AttributeTable#compareNames}, at most one for a name. */
    private final List<Edit> edits;

    private AttributeTable base;

    /** The base without damaged entries; null until it is needed. */
    private @Nullable AttributeTable regular;

    /** The table's length and number of attributes with the changes; -1 until they are needed. */
    private long length = -1;

    private long count = -1;

    Edits(AttributeTable base, Limits limits) {
        this(base, limits, new ArrayList<>(2));
    }

    private Edits(AttributeTable base, Limits limits, List<Edit> edits) {
        this.base = base;
        this.limits = limits;
        this.edits = edits;
    }

    boolean isEmpty() {
        return edits.isEmpty();
    }

    /**
     * Returns an attribute's value with the changes, or null if it has none.
     *
     * @throws AttributeException if it cannot be read as the attribute's type, and does not count as absent then
     */
    <T> @Nullable T get(Attribute<T> attribute) {
        Edit edit = find(attribute.name());
        if (edit == null) {
            return base.get(attribute);
        }
        byte[] value = edit.on(base);
        return value == null ? null : AttributeTable.decode(attribute, value);
    }

    /** Returns the encoded value of the attribute of a name with the changes, or null if it has none. */
    byte @Nullable [] encoded(String name) {
        Edit edit = find(name);
        if (edit == null) {
            return base.encoded(name);
        }
        byte[] value = edit.on(base);
        return value == null ? null : value.clone();
    }

    /** Returns the names of the application's attributes with the changes, in no particular order. */
    List<String> names() {
        List<String> names = new ArrayList<>();
        for (String name : base.names()) {
            if (find(name) == null) {
                names.add(name);
            }
        }
        for (Edit edit : edits) {
            if (edit.on(base) != null && !Reserved.isReserved(edit.name)) {
                names.add(edit.name);
            }
        }
        return names;
    }

    /** Returns the application's attributes with the changes, without decoding them, in no particular order. */
    List<EncodedAttribute> encodedAttributes() {
        List<EncodedAttribute> attributes = new ArrayList<>();
        for (EncodedAttribute attribute : base.encodedAttributes()) {
            if (find(attribute.name()) == null) {
                attributes.add(attribute);
            }
        }
        for (Edit edit : edits) {
            byte[] value = edit.on(base);
            if (value != null && !Reserved.isReserved(edit.name)) {
                attributes.add(new EncodedAttribute(edit.name, value.clone()));
            }
        }
        return attributes;
    }

    /** Returns the length of the table with the changes, in bytes. Builds no table. */
    long length() {
        measure();
        return length;
    }

    private void measure() {
        if (length >= 0) {
            return;
        }
        AttributeTable table = regular();
        long bytes = table.length();
        long attributes = table.count();
        for (Edit edit : edits) {
            int takes = takenBy(edit);
            int had = edit.takenFrom(table);
            bytes += takes - had;
            attributes += Integer.signum(takes) - Integer.signum(had);
        }
        length = bytes;
        count = attributes;
    }

    /**
     * Sets an attribute to a value.
     *
     * @throws AttributeException if the program's encoder or Jackson fails
     * @throws IllegalArgumentException if a text has half a surrogate pair
     * @throws RuntimeException of the limits, if the value or the session would be too large
     */
    <T> void put(Attribute<T> attribute, T value) {
        byte[] encoded = AttributeTable.encode(attribute, value);
        limits.checkAttribute(attribute.name(), encoded.length);
        place(new Edit(attribute.name(), attribute.nameBytes(), encoded));
    }

    /**
     * Sets the attribute of a name to an encoded value.
     *
     * @throws RuntimeException of the limits, if the value or the session would be too large
     */
    void putEncoded(EncodedAttribute attribute) {
        String name = attribute.name();
        byte[] encoded = attribute.bytes();
        limits.checkAttribute(name, encoded.length);
        place(new Edit(name, name.getBytes(StandardCharsets.UTF_8), encoded));
    }

    /** Removes an attribute. */
    void remove(Attribute<?> attribute) {
        place(new Edit(attribute.name(), attribute.nameBytes(), null));
    }

    /**
     * Sets an attribute to the result of a function of its present value, or removes it if the result is null. The
     * present value includes earlier changes of this request.
     *
     * @throws AttributeException if the present value cannot be read as the attribute's type and does not count as
     *     absent then, or if the program's encoder or Jackson fails
     * @throws RuntimeException of the limits, if the value or the session would be too large
     */
    <T> void update(Attribute<T> attribute, Function<@Nullable T, @Nullable T> function) {
        UnaryOperator<byte @Nullable []> step = current -> {
            T before = current == null ? null : AttributeTable.decode(attribute, current);
            T after = function.apply(before);
            if (after == null) {
                return null;
            }
            byte[] encoded = AttributeTable.encode(attribute, after);
            limits.checkAttribute(attribute.name(), encoded.length);
            return encoded;
        };
        Edit before = find(attribute.name());
        place(before == null ? Edit.ofUpdate(attribute, step, base) : before.then(step, base));
    }

    /** Drops the change of an attribute. */
    void drop(Attribute<?> attribute) {
        int at = indexOf(attribute.name());
        if (at >= 0) {
            edits.remove(at);
            length = -1;
        }
    }

    /**
     * Moves the changes to a newer table. The function of an update runs when its result is needed next, so this method
     * does not throw.
     */
    void rebase(AttributeTable newer) {
        if (newer != base) {
            base = newer;
            regular = null;
            length = -1;
        }
    }

    /**
     * Returns a table with the changes applied. Does not change the values that this request reads. For the base table,
     * no function runs again.
     *
     * @throws AttributeException if an update cannot read the value that is there
     * @throws RuntimeException of the limits, if the value or the session would be too large; of an update's function
     */
    AttributeTable applyTo(AttributeTable table) {
        if (edits.isEmpty()) {
            return table;
        }
        return (table == base ? this : copyOver(table)).built();
    }

    private Edits copyOver(AttributeTable table) {
        List<Edit> copies = new ArrayList<>(edits.size());
        for (Edit edit : edits) {
            copies.add(edit.copy());
        }
        return new Edits(table, limits, copies);
    }

    private AttributeTable built() {
        limits.checkSession(length());
        return regular().with(edits);
    }

    private AttributeTable regular() {
        AttributeTable known = regular;
        if (known == null) {
            known = base.regular();
            regular = known;
        }
        return known;
    }

    private void place(Edit edit) {
        Edit before = find(edit.name);
        measure();
        int had = before == null ? edit.takenFrom(regular()) : takenBy(before);
        int takes = AttributeTable.takenIn(edit);
        long newLength = length - had + takes;
        long newCount = count - Integer.signum(had) + Integer.signum(takes);
        if (takes > 0) {
            limits.checkSession(newLength);
            AttributeTable.checkCount(newCount);
        }
        int at = indexOf(edit.name);
        if (at >= 0) {
            edits.set(at, edit);
        } else {
            edits.add(~at, edit);
        }
        length = newLength;
        count = newCount;
    }

    private int takenBy(Edit edit) {
        edit.on(base);
        return AttributeTable.takenIn(edit);
    }

    private @Nullable Edit find(String name) {
        int at = indexOf(name);
        return at < 0 ? null : edits.get(at);
    }

    /** Returns the place of a name's edit, or the complement of the place where it belongs. */
    private int indexOf(String name) {
        int low = 0;
        int high = edits.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            int order = AttributeTable.compareNames(edits.get(middle).name, name);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return ~low;
    }

    /** The change of one attribute: a known value, or the result of an update's functions. */
    private static final class Edit implements AttributeTable.Change {

        private final String name;
        private final byte[] nameBytes;

        /**
         * The functions of an update, and the attribute by which they read the present value; null for a known value.
         */
        private final @Nullable UnaryOperator<byte @Nullable []> steps;

        private final @Nullable Attribute<?> read;

        private byte @Nullable [] value;

        /** The input of the functions, and the table that it comes from. */
        private byte @Nullable [] input;

        private @Nullable AttributeTable seen;

        /** The table in which the attribute's size was measured. */
        private @Nullable AttributeTable measured;

        private int taken;

        Edit(String name, byte[] nameBytes, byte @Nullable [] value) {
            this(name, nameBytes, value, null, null);
        }

        private Edit(
                String name,
                byte[] nameBytes,
                byte @Nullable [] value,
                @Nullable UnaryOperator<byte @Nullable []> steps,
                @Nullable Attribute<?> read) {
            this.name = name;
            this.nameBytes = nameBytes;
            this.value = value;
            this.steps = steps;
            this.read = read;
        }

        /** Returns an update of the value in a table. */
        static Edit ofUpdate(Attribute<?> attribute, UnaryOperator<byte @Nullable []> step, AttributeTable table) {
            byte[] input = table.encoded(attribute);
            Edit edit = new Edit(attribute.name(), attribute.nameBytes(), step.apply(input), step, attribute);
            edit.input = input;
            edit.seen = table;
            return edit;
        }

        /** Returns this edit followed by one more function. */
        Edit then(UnaryOperator<byte @Nullable []> step, AttributeTable table) {
            byte[] next = step.apply(on(table));
            UnaryOperator<byte @Nullable []> before = steps;
            Edit edit = before == null
                    ? new Edit(name, nameBytes, next)
                    : new Edit(name, nameBytes, next, current -> step.apply(before.apply(current)), read);
            edit.input = input;
            edit.seen = seen;
            return edit;
        }

        Edit copy() {
            Edit copy = new Edit(name, nameBytes, value, steps, read);
            copy.input = input;
            copy.seen = seen;
            return copy;
        }

        /** Returns the value that the attribute gets with a table as base, or null if it is removed. */
        byte @Nullable [] on(AttributeTable table) {
            UnaryOperator<byte @Nullable []> functions = steps;
            if (functions != null && read != null && table != seen) {
                byte[] there = table.encoded(read);
                if (!Arrays.equals(there, input)) {
                    value = functions.apply(there);
                    input = there;
                }
                seen = table;
            }
            return value;
        }

        int takenFrom(AttributeTable table) {
            if (table != measured) {
                taken = table.takenBy(this);
                measured = table;
            }
            return taken;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public byte[] nameBytes() {
            return nameBytes;
        }

        @Override
        public byte @Nullable [] value() {
            return value;
        }
    }
}
