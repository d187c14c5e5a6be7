package dev.cloakroom.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The records of the heap store, by key. Reads take no lock. A write takes the lock of one of {@value #SEGMENTS}
 * segments.
 *
 * <p>Safe for use by any number of threads, except for the {@linkplain Hand hands}.
 */
/*
 * Why not a ConcurrentHashMap. With more sessions than the caches hold, the cost of a lookup is its dependent reads
 * from memory. The map reads its table, a node, the node's key, and the record. Here a slot refers to the record
 * itself, and the key is in the record: two reads fewer (docs/performance-notes.md has the figures). A session also
 * takes 32 bytes less.
 *
 * How it works. Open addressing with linear probing (Knuth, The Art of Computer Programming 3, 6.4, algorithm L) in
 * each segment. Keys are random bits that the engine drew. The upper bits choose the segment, the lower ones the slot,
 * and no client can make keys collide. At most three eighths of the slots are in use, because a probe of another
 * session's record costs as much as a read of the right one.
 *
 * Why a reader needs no lock. Slots are written and read as volatiles, and a record never moves within an array: a
 * removed record leaves a mark that probes step over (or an empty slot, if no probe continues there). A segment that
 * grows or shrinks gets another array, complete before it is published. So a reader sees each key as it was at some
 * time during the read. An old array shows the moment at which its successor was published, and its readers began
 * before that.
 *
 * Why a touch takes the lock. It must not revive an expired record, must not be lost to a concurrent replacement, and
 * must not be overtaken by a sweep that saw the earlier access. The lock gives all three, and an uncontended lock costs
 * as much as the compare-and-set that would take its place.
 */
final class RecordTable {

    private static final VarHandle ARRAY = MethodHandles.arrayElementVarHandle(SessionRecord[][].class);
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(SessionRecord[].class);

    private static final int SEGMENT_BITS = 6;
    private static final int SEGMENTS = 1 << SEGMENT_BITS;
    private static final int SMALLEST = 8;

    /** The slots for each record in a new array: room for half as many records again. */
    private static final int SLOTS_PER_RECORD = 4;

    /** The mark of a removed record. It is recognized by identity, so its key does not matter. */
    private static final SessionRecord REMOVED =
            new SessionRecord(new SessionKey(0, 0), 1, 0, 0, 0, 0, null, new byte[0]);

    /**
     * Each segment's slots, apart from the locks and counts of writers, so that readers share no cache line with them.
     */
    private final @Nullable SessionRecord[][] arrays = new SessionRecord[SEGMENTS][SMALLEST];

    private final Segment[] segments = new Segment[SEGMENTS];

    /** Set before the segments are emptied, so that a reader of an emptied segment sees it. */
    private volatile boolean closed;

    RecordTable() {
        for (int i = 0; i < SEGMENTS; i++) {
            segments[i] = new Segment(i);
        }
    }

    /** Returns the record of a key, or null if there is none. */
    @SuppressWarnings("ReferenceEquality") // there is one mark
    @Nullable
    SessionRecord get(SessionKey key) {
        long high = key.high();
        long low = key.low();
        @Nullable SessionRecord[] array = array(segmentOf(high));
        int mask = array.length - 1;
        for (int slot = (int) high & mask; ; slot = slot + 1 & mask) {
            SessionRecord record = at(array, slot);
            if (record == null) {
                requireOpen();
                return null;
            }
            if (record.isOf(high, low) && record != REMOVED) {
                return record;
            }
        }
    }

    /** Drops all records. Every later call but this one throws. */
    void close() {
        closed = true;
        for (Segment segment : segments) {
            segment.clear();
        }
    }

    /**
     * Does nothing while the table is open.
     *
     * @throws StoreUnavailableException if it is closed
     */
    void requireOpen() {
        if (closed) {
            throw StoreUnavailableException.closed();
        }
    }

    /** Adds a record unless there is one with its key. */
    boolean putIfAbsent(SessionRecord record) {
        return segment(record).putIfAbsent(record);
    }

    /** Replaces a record if it is the expected object. The later last access of the two stays. */
    boolean replace(SessionRecord expected, SessionRecord next) {
        return segment(next).replace(expected, next);
    }

    /** Moves the last access of a live record forward. Returns false if there is none. */
    boolean touch(SessionKey key, long instant) {
        return segments[segmentOf(key.high())].touch(key, instant);
    }

    /** Removes the record of a key and returns it, or null if there is none. */
    @Nullable
    SessionRecord remove(SessionKey key) {
        return segments[segmentOf(key.high())].remove(key.high(), key.low(), record -> true);
    }

    /** Removes a record if it is the stored object and satisfies a condition, which is tested under the lock. */
    @SuppressWarnings("ReferenceEquality") // the same state of the session, not an equal one
    boolean removeIf(SessionRecord expected, Predicate<SessionRecord> condition) {
        return segment(expected)
                        .remove(
                                expected.keyHigh(),
                                expected.keyLow(),
                                record -> record == expected && condition.test(record))
                != null;
    }

    /** Returns a hand at the start of the table. */
    Hand hand() {
        return new Hand();
    }

    private Segment segment(SessionRecord record) {
        return segments[segmentOf(record.keyHigh())];
    }

    private static int segmentOf(long high) {
        return (int) (high >>> (Long.SIZE - SEGMENT_BITS));
    }

    private @Nullable SessionRecord[] array(int segment) {
        return (@Nullable SessionRecord[]) ARRAY.getVolatile(arrays, segment);
    }

    private static @Nullable SessionRecord at(@Nullable SessionRecord[] array, int slot) {
        return (SessionRecord) SLOT.getVolatile(array, slot);
    }

    private static void set(@Nullable SessionRecord[] array, int slot, @Nullable SessionRecord record) {
        SLOT.setVolatile(array, slot, record);
    }

    /** The writers' part of a segment. Its monitor is the lock. */
    private final class Segment {

        private final int index;
        private int records;

        /** The number of slots that are not empty: records and marks. */
        private int used;

        Segment(int index) {
            this.index = index;
        }

        synchronized void clear() {
            records = 0;
            used = 0;
            ARRAY.setVolatile(arrays, index, new SessionRecord[SMALLEST]);
        }

        synchronized boolean putIfAbsent(SessionRecord record) {
            requireOpen();
            @Nullable SessionRecord[] array = array(index);
            int slot = find(array, record.keyHigh(), record.keyLow());
            if (at(array, slot) != null) {
                return false;
            }
            set(array, slot, record);
            records++;
            used++;
            if (used > array.length / 8 * 3) {
                rebuild(array);
            }
            return true;
        }

        @SuppressWarnings("ReferenceEquality") // the same state of the session, not an equal one
        synchronized boolean replace(SessionRecord expected, SessionRecord next) {
            @Nullable SessionRecord[] array = array(index);
            int slot = find(array, next.keyHigh(), next.keyLow());
            if (at(array, slot) != expected) {
                requireOpen();
                return false;
            }
            next.advance(expected.lastAccess());
            set(array, slot, next);
            return true;
        }

        synchronized boolean touch(SessionKey key, long instant) {
            SessionRecord record = get(key);
            if (record == null || record.isExpired(instant)) {
                return false;
            }
            record.advance(instant);
            return true;
        }

        synchronized @Nullable SessionRecord remove(long high, long low, Predicate<SessionRecord> condition) {
            @Nullable SessionRecord[] array = array(index);
            int slot = find(array, high, low);
            SessionRecord record = at(array, slot);
            if (record == null) {
                requireOpen();
                return null;
            }
            if (!condition.test(record)) {
                return null;
            }
            records--;
            if (at(array, slot + 1 & array.length - 1) == null) {
                set(array, slot, null);
                used--;
            } else {
                set(array, slot, REMOVED);
            }
            if (array.length > SMALLEST && records < array.length / (4 * SLOTS_PER_RECORD)) {
                rebuild(array);
            }
            return record;
        }

        /** Copies the records, without marks, to an array of the right size. */
        @SuppressWarnings("ReferenceEquality") // there is one mark
        private void rebuild(@Nullable SessionRecord[] array) {
            int size = Math.max(SMALLEST, Integer.highestOneBit(records * SLOTS_PER_RECORD - 1) * 2);
            @Nullable SessionRecord[] next = new SessionRecord[size];
            for (SessionRecord record : array) {
                if (record != null && record != REMOVED) {
                    next[find(next, record.keyHigh(), record.keyLow())] = record;
                }
            }
            used = records;
            ARRAY.setVolatile(arrays, index, next);
        }

        /** Returns the slot of a key, or the empty slot at which its probes end. */
        @SuppressWarnings("ReferenceEquality") // there is one mark
        private static int find(@Nullable SessionRecord[] array, long high, long low) {
            int mask = array.length - 1;
            int slot = (int) high & mask;
            SessionRecord record = at(array, slot);
            while (record != null && (record == REMOVED || !record.isOf(high, low))) {
                slot = slot + 1 & mask;
                record = at(array, slot);
            }
            return slot;
        }
    }

    /**
     * Iterates over the table, round after round. A record that is added or removed during a round may be missed on it.
     * Every other record is met once a round, unless its segment was rebuilt during the round; then it may be met on
     * the next. Not thread-safe.
     */
    final class Hand {

        private int segment;
        private int slot;

        private Hand() {}

        /** Returns the next record, or null once at the end of each round. */
        @SuppressWarnings("ReferenceEquality") // there is one mark
        @Nullable
        SessionRecord next() {
            for (; segment < SEGMENTS; segment++, slot = 0) {
                @Nullable SessionRecord[] array = array(segment);
                while (slot < array.length) {
                    SessionRecord record = at(array, slot++);
                    if (record != null && record != REMOVED) {
                        return record;
                    }
                }
            }
            segment = 0;
            return null;
        }
    }
}
