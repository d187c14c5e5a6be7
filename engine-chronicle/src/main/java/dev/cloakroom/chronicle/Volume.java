package dev.cloakroom.chronicle;

import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.RecordTooLargeException;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import dev.cloakroom.store.StoreFullException;
import dev.cloakroom.store.StoreUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import net.openhft.chronicle.hash.ChronicleHashClosedException;
import net.openhft.chronicle.hash.Data;
import net.openhft.chronicle.hash.locks.InterProcessDeadLockException;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ExternalMapQueryContext;
import net.openhft.chronicle.map.MapEntry;
import net.openhft.chronicle.map.MapSegmentContext;
import org.jspecify.annotations.Nullable;

/** The open maps of a store, and what is done to them. Called on platform threads only. */
/*
 * One write, step by step, all under the record's lock, which is the lock of its segment:
 *
 *   1. the index lists the session, if it gets a principal   (nothing is promised yet; the index may list too much)
 *   2. the journal notes the new state
 *   3. the map gets it                                        (no room: the map is as before, 1 and 2 are undone)
 *   4. the journal forgets it
 *   5. the index drops the session from a principal it had    (a superset until then)
 *
 * A process that is killed before 2 has done nothing; after 2, the journal ends the write at recovery; and the index is
 * made anew then. Locks are taken in one order: the record, the head of the index, a page of the index.
 *
 * A write that fails between 2 and 4 leaves the journal's slot in use, and is marked as failed before its lock is free:
 * so a reader that finds a session absent, and no failed write after that, may say so.
 */
final class Volume {

    private final ChronicleMap<SessionKey, StoredSession> sessions;
    private final PrincipalIndex index;
    private final Journal journal;
    private final Counters counters;
    private final DiskRoom room;

    Volume(
            ChronicleMap<SessionKey, StoredSession> sessions,
            PrincipalIndex index,
            Journal journal,
            Counters counters,
            DiskRoom room) {
        this.sessions = sessions;
        this.index = index;
        this.journal = journal;
        this.counters = counters;
        this.room = room;
    }

    Counters counters() {
        return counters;
    }

    /** Returns what a caller is told for what Chronicle threw: why it found the maps closed or, if it did not, that. */
    RuntimeException failure(RuntimeException thrown) {
        if (thrown instanceof InterProcessDeadLockException) {
            return new StoreUnavailableException("a lock of the store was held for too long by another process");
        }
        // A map forgets its marshallers before it counts as closed, which a thread new to it then looks for.
        boolean foundClosed = thrown instanceof ChronicleHashClosedException
                || (thrown instanceof NullPointerException && journal.isClosed());
        return foundClosed ? journal.refusal() : thrown;
    }

    /**
     * Returns what a caller is told of mapped memory that has no block on the disk. It may have been written to, in the
     * index too, and a JVM may tell of it in a later call; so from now on only a recovery can say what there is.
     */
    StoreUnavailableException failure(InternalError thrown) {
        journal.fail();
        return new StoreUnavailableException(
                "a page of the session store could not be read or written, as when the disk is full", thrown);
    }

    /** Returns whether a write failed so that only a recovery can tell how it ended. */
    boolean isBroken() {
        return journal.isBroken();
    }

    @Nullable
    SessionRecord load(SessionKey key) {
        StoredSession found = sessions.getUsing(key, StoredSession.reading(key));
        if (found == null) {
            requireWhole();
            return null;
        }
        return found.record();
    }

    boolean insert(SessionRecord record) {
        SessionKey key = record.key();
        PrincipalKey principal = record.principal();
        byte[] bytes = encode(record);
        try (ExternalMapQueryContext<SessionKey, StoredSession, ?> context = sessions.queryContext(key);
                Journal.Slot slot = journal.enter()) {
            context.writeLock().lock();
            if (context.entry() != null) {
                return false;
            }
            takeRoom(bytes, 0);
            StoredSession.finish(bytes, key, principal == null ? 0 : index.add(principal, key));
            slot.willPut(key, bytes, null);
            try {
                Entries.insert(context, StoredSession.of(bytes));
            } catch (StoreFullException e) {
                slot.done();
                if (principal != null) {
                    index.remove(principal, key);
                }
                throw e;
            }
            slot.done();
            if (principal == null) {
                counters.addAnonymous(1);
            }
            return true;
        }
    }

    /**
     * Returns whether a record's key is in use. It is asked before another session has to make room for the record, and
     * fails as the insertion would if the record is too large, or the disk too full.
     */
    boolean isTaken(SessionRecord record) {
        takeRoom(encode(record), 0);
        return load(record.key()) != null;
    }

    boolean replace(SessionRecord record, long expectedVersion) {
        SessionKey key = record.key();
        byte[] bytes = encode(record);
        try (ExternalMapQueryContext<SessionKey, StoredSession, ?> context = sessions.queryContext(key);
                Journal.Slot slot = journal.enter()) {
            context.writeLock().lock();
            MapEntry<SessionKey, StoredSession> entry = context.entry();
            if (entry == null || StoredSession.version(entry.value()) != expectedVersion) {
                return false;
            }
            Data<StoredSession> value = entry.value();
            takeRoom(bytes, value.size());
            PrincipalKey before = StoredSession.principal(value);
            PrincipalKey after = record.principal();
            boolean moves = !Objects.equals(before, after);
            StoredSession.touch(bytes, StoredSession.lastAccess(value));
            StoredSession.finish(
                    bytes, key, after == null ? 0 : moves ? index.add(after, key) : StoredSession.order(value));
            StoredSession next = StoredSession.of(bytes);
            StoredSession kept = Entries.keptIfGrowing(context, entry, next);
            slot.willPut(key, bytes, kept == null ? null : kept.bytes());
            try {
                Entries.replace(context, entry, next, kept);
            } catch (StoreFullException e) {
                slot.done();
                if (moves && after != null) {
                    index.remove(after, key);
                }
                throw e;
            }
            slot.done();
            if (moves) {
                if (before == null) {
                    counters.addAnonymous(-1);
                } else {
                    index.remove(before, key);
                }
                if (after == null) {
                    counters.addAnonymous(1);
                }
            }
            return true;
        }
    }

    /** Takes room on the disk for a record in the journal and in the map, and in the journal for the one of before. */
    private void takeRoom(byte[] bytes, long before) {
        room.take(2L * bytes.length + before);
    }

    private static byte[] encode(SessionRecord record) {
        byte[] bytes = StoredSession.encode(record);
        if (bytes.length > Layout.LARGEST_RECORD) {
            throw new RecordTooLargeException(Layout.LARGEST_RECORD, bytes.length, "Store less in it.");
        }
        return bytes;
    }

    boolean touch(SessionKey key, long instant) {
        try (ExternalMapQueryContext<SessionKey, StoredSession, ?> context = sessions.queryContext(key);
                Journal.Slot slot = journal.enter()) {
            Objects.requireNonNull(slot);
            context.writeLock().lock();
            MapEntry<SessionKey, StoredSession> entry = context.entry();
            if (entry == null || StoredSession.isExpired(entry.value(), instant)) {
                return false;
            }
            if (instant > StoredSession.lastAccess(entry.value())) {
                Entries.writeLong(entry.value(), StoredSession.LAST_ACCESS_AT, instant);
            }
            return true;
        }
    }

    boolean delete(SessionKey key) {
        return deleteIf(key, value -> true, null);
    }

    /** What must be true of a value for it to be deleted. */
    interface Condition {
        boolean holds(Data<StoredSession> value);
    }

    /** Deletes a session if it is there and a condition holds, and tells of what it was. */
    boolean deleteIf(SessionKey key, Condition condition, @Nullable Consumer<? super SessionRecord> removed) {
        SessionRecord record;
        try (ExternalMapQueryContext<SessionKey, StoredSession, ?> context = sessions.queryContext(key);
                Journal.Slot slot = journal.enter()) {
            context.writeLock().lock();
            MapEntry<SessionKey, StoredSession> entry = context.entry();
            if (entry == null || !condition.holds(entry.value())) {
                return false;
            }
            room.takeToDelete();
            record = removed == null
                    ? null
                    : entry.value().getUsing(StoredSession.reading(key)).record();
            PrincipalKey principal = StoredSession.principal(entry.value());
            slot.willDelete(key);
            Entries.remove(context, entry);
            slot.done();
            counters.addSessions(-1);
            if (principal == null) {
                counters.addAnonymous(-1);
            } else {
                index.remove(principal, key);
            }
        }
        if (removed != null && record != null) {
            removed.accept(record);
        }
        return true;
    }

    List<SessionRecord> byPrincipal(PrincipalKey principal) {
        List<SessionRecord> found = new ArrayList<>();
        for (SessionKey key : index.keys(principal)) {
            SessionRecord record = load(key);
            if (record != null && principal.equals(record.principal())) {
                found.add(record);
            }
        }
        requireWhole();
        return found;
    }

    /** Lets nobody take for absent what a write that failed may have left out. */
    private void requireWhole() {
        if (journal.isBroken()) {
            throw journal.refusal();
        }
    }

    int segments() {
        return sessions.segments();
    }

    /** What is done with each entry of a segment, under a lock that lets readers pass. */
    interface Visitor {
        void visit(SessionKey key, Data<StoredSession> value);
    }

    void forEachIn(int segment, Visitor visitor) {
        SessionKeyAccess keys = new SessionKeyAccess();
        try (MapSegmentContext<SessionKey, StoredSession, ?> context = sessions.segmentContext(segment)) {
            context.forEachSegmentEntry(entry -> {
                Data<SessionKey> key = entry.key();
                visitor.visit(keys.read(key.bytes(), key.offset()), entry.value());
            });
        }
    }

    /**
     * Waits for writers, and frees the memory.
     *
     * @param why what later callers are told, or nothing if the store was closed on purpose
     */
    void close(String why) {
        journal.close(why);
        try (sessions;
                index) {
            // Closing is all.
        }
    }
}
