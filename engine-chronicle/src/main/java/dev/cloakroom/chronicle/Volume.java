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

/** The open maps of a store, and the operations on them. Called on platform threads only. */
/*
 * One write, step by step, all under the record's lock, which is the lock of its segment:
 *
 *   1. the index lists the session, if it gets a principal   (nothing is promised yet; the index may list too much)
 *   2. the journal notes the new state
 *   3. the map gets it                                        (no room: the map is as before, 1 and 2 are undone)
 *   4. the journal forgets it
 *   5. the index drops the session from a principal it had    (a superset until then)
 *
 * If the process is killed before 2, nothing has changed. After 2, a recovery completes the write from the journal, and
 * rebuilds the index of the write's principals. Locks are taken in one order: the record, the head of the index, a page
 * of the index.
 *
 * A write that fails between 2 and 4 leaves the journal's slot in use. It is marked as failed before its lock is
 * released. So a reader that finds a session absent, and then no failed write, can report the session as absent.
 */
final class Volume {

    private final ChronicleMap<SessionKey, StoredSession> sessions;
    private final PrincipalIndex index;
    private final Journal journal;
    private final Counters counters;
    private final DiskSpaceGuard room;

    Volume(
            ChronicleMap<SessionKey, StoredSession> sessions,
            PrincipalIndex index,
            Journal journal,
            Counters counters,
            DiskSpaceGuard room) {
        this.sessions = sessions;
        this.index = index;
        this.journal = journal;
        this.counters = counters;
        this.room = room;
    }

    Counters counters() {
        return counters;
    }

    /** Returns the exception for a caller: the reason why the maps are closed, or Chronicle's own if they are open. */
    RuntimeException failure(RuntimeException thrown) {
        if (thrown instanceof InterProcessDeadLockException) {
            return new StoreUnavailableException("another process held a lock of the store for too long; try again");
        }
        // A map that closes drops its marshallers first. A thread that is new to the map then finds null.
        boolean foundClosed = thrown instanceof ChronicleHashClosedException
                || (thrown instanceof NullPointerException && journal.isClosed());
        return foundClosed ? journal.refusal() : thrown;
    }

    /**
     * Returns the exception for an access to mapped memory without a block on the disk. The lost write may concern the
     * index too, and the JVM may report it in a later call. Only a recovery can restore the state of the maps.
     */
    StoreUnavailableException failure(InternalError thrown) {
        journal.fail();
        return new StoreUnavailableException(
                "a page of the session store could not be read or written, for example because the disk is full",
                thrown);
    }

    /** Returns whether a write failed with an unknown outcome, which only a recovery can resolve. */
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
            slot.willIndex(key, null, principal);
            StoredSession.finish(bytes, key, addToIndex(principal, key, slot));
            slot.willPut(key, bytes, null);
            try {
                Entries.insert(context, StoredSession.of(bytes));
            } catch (StoreFullException e) {
                slot.done();
                if (principal != null) {
                    index.remove(principal, key);
                }
                slot.indexed();
                throw e;
            }
            slot.done();
            slot.indexed();
            if (principal == null) {
                counters.addAnonymous(1);
            }
            return true;
        }
    }

    /** Adds a session to the index of its principal, if it has one. Returns its order, or 0 without a principal. */
    private long addToIndex(@Nullable PrincipalKey principal, SessionKey key, Journal.Slot slot) {
        if (principal == null) {
            return 0;
        }
        try {
            return index.add(principal, key);
        } catch (StoreFullException e) {
            slot.indexed();
            throw e;
        }
    }

    /**
     * Returns whether a record's key is in use. Called before another session is evicted for the record. Throws what
     * the insertion would throw if the record is too large or the disk too full.
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
            if (moves) {
                slot.willIndex(key, before, after);
            }
            StoredSession.finish(
                    bytes, key, moves || after == null ? addToIndex(after, key, slot) : StoredSession.order(value));
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
                slot.indexed();
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
            slot.indexed();
            return true;
        }
    }

    /** Takes disk space for a record in the journal and in the map, and for the previous record in the journal. */
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

    /** The condition under which a value is deleted. */
    interface Condition {
        boolean holds(Data<StoredSession> value);
    }

    /** Deletes a session if it exists and a condition holds, and passes the deleted record on. */
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
            slot.willIndex(key, principal, null);
            slot.willDelete(key);
            Entries.remove(context, entry);
            slot.done();
            counters.addSessions(-1);
            if (principal == null) {
                counters.addAnonymous(-1);
            } else {
                index.remove(principal, key);
            }
            slot.indexed();
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

    /** Throws if a failed write makes the absence of a session uncertain. */
    private void requireWhole() {
        if (journal.isBroken()) {
            throw journal.refusal();
        }
    }

    int segments() {
        return sessions.segments();
    }

    /** Visits each entry of a segment, under a lock that does not block readers. */
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
     * Refuses new writers, waits for the active ones, and frees the memory.
     *
     * @param why the message of the exception for later callers, or empty if the application closed the store
     */
    void close(String why) {
        journal.close(why);
        try (sessions;
                index) {
            // Only closes the map.
        }
    }
}
