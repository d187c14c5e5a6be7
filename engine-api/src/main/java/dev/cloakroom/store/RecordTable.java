package dev.cloakroom.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The heap store's records by key. Reads take no lock; writes take the lock of one of {@value #SEGMENTS} segments.
 *
 * <p>Safe for use by any number of threads, but for the {@linkplain Hand hands} that go round it.
 */
/*
 * Why not a ConcurrentHashMap. Among more sessions than caches hold, a lookup costs what it reads from memory, one
 * place after the other. The map goes from its table to a node, to the node's key, to the record. Here a slot leads to
 * the record itself, whose key lies in it: two places fewer (docs/benchmarks.md has what that is worth). A session takes
 * 32 bytes less, too.
 *
 * How it works. Open addressing with linear probing (Knuth, The Art of Computer Programming 3, 6.4, algorithm L) in each
 * segment. Keys are random bits that the engine drew, so the upper ones choose the segment, the lower ones the slot, and
 * nobody outside can make them collide. At most three eighths of the slots are in use: a probe of another session's
 * record would cost as much as the one that is looked for.
 *
 * Why a reader needs no lock. Slots are written and read as volatiles, and a record never moves within an array: what
 * is removed leaves a mark that probes step over (or nothing, where no probe goes on), and a fuller or emptier segment
 * gets another array, complete before it is published. So a reader that has the array sees each key as it was at some
 * time during the read: a removed key may be met in a slot before its removal or missed after it, a new one the other
 * way round; an old array is a picture of the moment at which its successor was published, and whoever still reads it
 * began before that.
 *
 * Why a touch takes the lock. It must not revive what expired, must not be lost to a replacement under way, and must
 * not be overtaken by a sweep that saw the earlier access. Under the lock all that is plain, and a lock that nobody else
 * wants costs as much as the compare-and-set that would take its place.
 */
final class RecordTable {

    private static final VarHandle ARRAY = MethodHandles.arrayElementVarHandle(SessionRecord[][].class);
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(SessionRecord[].class);

    private static final int SEGMENT_BITS = 6;
    private static final int SEGMENTS = 1 << SEGMENT_BITS;
    private static final int SMALLEST = 8;

    /** How many slots there are for each record when an array is made: room for half as many records again. */
    private static final int SLOTS_PER_RECORD = 4;

    /** Stands where a record was removed. Its key is as good as any: it is told apart by being this object. */
    private static final SessionRecord REMOVED =
            new SessionRecord(new SessionKey(0, 0), 1, 0, 0, 0, 0, null, new byte[0]);

    /** Each segment's slots. Apart from what writers lock and count, so that readers share no line with them. */
    private final @Nullable SessionRecord[][] arrays = new SessionRecord[SEGMENTS][SMALLEST];

    private final Segment[] segments = new Segment[SEGMENTS];

    /** Set before the segments are emptied, so that a reader who finds one empty for that reason sees it. */
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

    /** Drops all records. From now on every call but this one throws. */
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

    /** Adds a record unless there is one of its key. */
    boolean putIfAbsent(SessionRecord record) {
        return segment(record).putIfAbsent(record);
    }

    /** Puts a record in the place of the very one that is expected; the later last access of the two stays. */
    boolean replace(SessionRecord expected, SessionRecord next) {
        return segment(next).replace(expected, next);
    }

    /** Moves a live record's last access forward, and returns whether there is one. */
    boolean touch(SessionKey key, long instant) {
        return segments[segmentOf(key.high())].touch(key, instant);
    }

    /** Removes the record of a key and returns it, or null if there is none. */
    @Nullable
    SessionRecord remove(SessionKey key) {
        return segments[segmentOf(key.high())].remove(key.high(), key.low(), record -> true);
    }

    /** Removes a record if it is the very one that is there and, with writers kept away, fulfils a condition. */
    @SuppressWarnings("ReferenceEquality") // the same state of the session, not an equal one
    boolean removeIf(SessionRecord expected, Predicate<SessionRecord> condition) {
        return segment(expected)
                        .remove(
                                expected.keyHigh(),
                                expected.keyLow(),
                                record -> record == expected && condition.test(record))
                != null;
    }

    /** Returns a hand at the table's beginning. */
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

    /** The writers' side of a segment: its own monitor is the lock. */
    private final class Segment {

        private final int index;
        private int records;

        /** How many slots are not empty: records and marks. */
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

        /** Puts the records into an array of a fitting size, without the marks of what was removed. */
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

        /** Returns the slot of a key's record, or the empty slot where its probes end. */
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
     * Goes round the table, record by record, for as long as somebody asks. What is added or removed meanwhile may or
     * may not be met on this round; all that stays is met once a round, unless its segment was rebuilt in the middle,
     * when it may be met on the next. Not thread-safe.
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
