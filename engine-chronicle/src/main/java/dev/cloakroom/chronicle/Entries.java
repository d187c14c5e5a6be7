package dev.cloakroom.chronicle;

import dev.cloakroom.store.StoreFullException;
import java.util.Objects;
import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.hash.Data;
import net.openhft.chronicle.map.MapEntry;
import net.openhft.chronicle.map.MapQueryContext;
import org.jspecify.annotations.Nullable;

/**
 * Writes entries of a Chronicle Map. A failure does not damage the map, and removed values are overwritten with zeros.
 * The caller of each method holds the write lock of the given context.
 *
 * <p>To replace a value by a longer one, Chronicle frees the old chunks before it allocates new ones. If it finds none,
 * it throws, and the entry still refers to the freed chunks. Therefore these methods remove the entry and insert it
 * again, and restore the old value if there is no room. The lock keeps the old chunks free meanwhile.
 */
final class Entries {

    private Entries() {}

    /**
     * Inserts an entry, which the context found absent.
     *
     * @throws StoreFullException if there is no room. The map is unchanged
     */
    static <K, V> void insert(MapQueryContext<K, V, ?> context, V value) {
        Data<V> data = context.wrapValueAsData(value);
        try {
            context.insert(Objects.requireNonNull(context.absentEntry()), data);
        } catch (IllegalStateException | IllegalArgumentException e) {
            throw full();
        }
    }

    /** Returns a copy of a value. {@link Data#get} returns an instance that Chronicle reuses for the next entry. */
    static <V> V copy(Data<V> value) {
        return value.getUsing(null);
    }

    /** Returns a copy of a value if its replacement is longer, otherwise null. */
    static <K, V> @Nullable V keptIfGrowing(MapQueryContext<K, V, ?> context, MapEntry<K, V> entry, V value) {
        Data<V> before = entry.value();
        return context.wrapValueAsData(value).size() > before.size() ? copy(before) : null;
    }

    /** Replaces a value. */
    static <K, V> void replace(MapQueryContext<K, V, ?> context, MapEntry<K, V> entry, V value) {
        replace(context, entry, value, keptIfGrowing(context, entry, value));
    }

    /**
     * Replaces a value.
     *
     * @param kept the result of {@link #keptIfGrowing}
     * @throws StoreFullException if the value grew and there is no room. The old value is restored
     */
    static <K, V> void replace(MapQueryContext<K, V, ?> context, MapEntry<K, V> entry, V value, @Nullable V kept) {
        if (kept == null) {
            Data<V> before = entry.value();
            wipe(before.bytes(), before.offset(), before.size());
            context.replaceValue(entry, context.wrapValueAsData(value));
            return;
        }
        remove(context, entry);
        try {
            insert(context, value);
        } catch (StoreFullException e) {
            insert(context, kept);
            throw e;
        }
    }

    /** Removes an entry and overwrites its bytes with zeros. */
    static <K, V> void remove(MapQueryContext<K, V, ?> context, MapEntry<K, V> entry) {
        Data<K> key = entry.key();
        Data<V> value = entry.value();
        Object bytes = key.bytes();
        long keyAt = key.offset();
        long keyLength = key.size();
        // Erase the value first: if the process is killed in between, the rest of the entry holds no secret.
        wipe(value.bytes(), value.offset(), value.size());
        context.remove(entry);
        wipe(bytes, keyAt, keyLength);
    }

    /** Stores eight bytes in place. */
    static void writeLong(Data<?> value, int at, long number) {
        ((BytesStore<?, ?>) value.bytes()).writeLong(value.offset() + at, number);
    }

    private static void wipe(Object bytes, long at, long length) {
        ((BytesStore<?, ?>) bytes).zeroOut(at, at + length);
    }

    private static StoreFullException full() {
        return new StoreFullException(
                "there is no space left for sessions of this size; raise maxSessions or typicalSessionBytes");
    }
}
