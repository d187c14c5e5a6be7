package dev.cloakroom.chronicle;

import dev.cloakroom.store.StoreFullException;
import java.util.Objects;
import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.hash.Data;
import net.openhft.chronicle.map.MapEntry;
import net.openhft.chronicle.map.MapQueryContext;
import org.jspecify.annotations.Nullable;

/**
 * Writes entries of a Chronicle Map so that no failure damages it and nothing of what was there stays behind. All
 * methods need the write lock of the context that they are given.
 *
 * <p>Chronicle's own way to replace a value by a longer one frees the old place before it has a new one; when it finds
 * none it throws, and the entry goes on using a place that others may be given. So here a value that grows is removed
 * and inserted anew, and put back if there is no room: its old place cannot have been taken meanwhile, under the lock.
 */
final class Entries {

    private Entries() {}

    /**
     * Adds the entry that the context found absent.
     *
     * @throws StoreFullException if there is no room; nothing is changed
     */
    static <K, V> void insert(MapQueryContext<K, V, ?> context, V value) {
        Data<V> data = context.wrapValueAsData(value);
        try {
            context.insert(Objects.requireNonNull(context.absentEntry()), data);
        } catch (IllegalStateException | IllegalArgumentException e) {
            throw full();
        }
    }

    /** Returns a value that stays as it is; {@link Data#get} hands out one that it fills again for the next entry. */
    static <V> V copy(Data<V> value) {
        return value.getUsing(null);
    }

    /** Returns a copy of a value if another that takes its place is longer, otherwise null. */
    static <K, V> @Nullable V keptIfGrowing(MapQueryContext<K, V, ?> context, MapEntry<K, V> entry, V value) {
        Data<V> before = entry.value();
        return context.wrapValueAsData(value).size() > before.size() ? copy(before) : null;
    }

    /** Puts a value in the place of another. */
    static <K, V> void replace(MapQueryContext<K, V, ?> context, MapEntry<K, V> entry, V value) {
        replace(context, entry, value, keptIfGrowing(context, entry, value));
    }

    /**
     * Puts a value in the place of another.
     *
     * @param kept what {@link #keptIfGrowing} returned
     * @throws StoreFullException if the value grew and there is no room; the old one is there again
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
        // The value before the removal: whoever finds the entry half gone finds none of its secrets.
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
