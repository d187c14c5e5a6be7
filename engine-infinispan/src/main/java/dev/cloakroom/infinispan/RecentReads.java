package dev.cloakroom.infinispan;

import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the last {@value #SLOTS} entries, or fewer, that were read from other nodes, so that a request that reads a
 * session and then changes it asks for it once. A change compares what it started from with what is there, so an entry
 * that is out of date costs another read and nothing else.
 *
 * <p>Records are remembered for as long as a request holds them, and not longer.
 *
 * <p>Thread-safe.
 */
final class RecentReads {

    private static final int SLOTS = 1024;

    private final AtomicReferenceArray<@Nullable Read> slots = new AtomicReferenceArray<>(SLOTS);

    private record Read(SessionKey key, Tokens tokens, long binding, WeakReference<SessionRecord> record) {}

    void add(@Nullable SessionEntry entry) {
        SessionRecord record = entry == null ? null : entry.record();
        if (entry != null && record != null) {
            SessionKey key = record.key();
            slots.set(slot(key), new Read(key, entry.tokens(), entry.binding(), new WeakReference<>(record)));
        }
    }

    /** Returns what was read last under a key, or null. */
    @Nullable
    SessionEntry find(SessionKey key) {
        Read read = slots.get(slot(key));
        SessionRecord record =
                read == null || !read.key().equals(key) ? null : read.record().get();
        return read == null || record == null ? null : new SessionEntry(read.tokens(), record, read.binding());
    }

    private static int slot(SessionKey key) {
        return (int) key.low() & (SLOTS - 1);
    }
}
