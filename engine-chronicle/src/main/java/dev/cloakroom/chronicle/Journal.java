package dev.cloakroom.chronicle;

import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.StoreUnavailableException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Notes what a writer is about to do, so that a write that was under way when the process was killed can be done again.
 * It is also the gate through which every writer passes, and that closes behind them.
 */
/*
 * A slot in a memory-mapped file belongs to one writer at a time:
 *
 *    0            8             24            32               40
 *   +------------+-------------+-------------+----------------+------------------------
 *   | i64 state  | 2 x i64 key | i64 length  | i64 length of  | value | value of before
 *   |            |             |    of value |  that of before |       |
 *   +------------+-------------+-------------+----------------+------------------------
 *
 * The value of before is noted only for a change that needs room, which recovery may not find.
 *
 * The writer fills it while it holds the record's lock and before it touches the map, the state last; and frees it when
 * the map has the new state, still under the lock. So whenever the process is killed, a session with a change half made
 * has exactly one slot in use, and that says how the change ends. Whether the caller had heard of it does not matter:
 * either outcome is right for a call that has not returned.
 *
 * What a killed process had stored to mapped memory is in the system's page cache and reaches the file; no flush is
 * needed, and none is made. The order of the stores is kept by the release store of the state.
 *
 * A freed slot is zeroed, for it held a session; all but the key, which is public and stays until the next recovery.
 */
final class Journal {

    /** How long a slot is. */
    static final int SLOT_BYTES = 2 * Layout.LARGEST_RECORD + 4096;

    private static final long FREE = 0;
    private static final long PUT = 1;
    private static final long DELETE = 2;

    private static final int STATE_AT = 0;
    private static final int KEY_AT = 8;
    private static final int LENGTH_AT = 24;
    private static final int BEFORE_LENGTH_AT = 32;
    private static final int VALUE_AT = 40;

    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final ConcurrentLinkedDeque<Slot> free = new ConcurrentLinkedDeque<>();
    private final Semaphore writers;
    private final int slots;
    private volatile @Nullable String closed;
    private volatile boolean broken;

    private Journal(int slots) {
        this.slots = slots;
        this.writers = new Semaphore(slots);
    }

    /** Returns the gate alone, for a store that ends with the process. */
    static Journal none(int slots) {
        Journal journal = new Journal(slots);
        for (int i = 0; i < slots; i++) {
            journal.free.push(journal.new Slot(null));
        }
        return journal;
    }

    /** Returns a journal in mapped memory, all of whose slots are taken to be free. */
    static Journal in(ByteBuffer memory) {
        int slots = memory.capacity() / SLOT_BYTES;
        Journal journal = new Journal(slots);
        for (int i = 0; i < slots; i++) {
            journal.free.push(journal.new Slot(slot(memory, i)));
        }
        return journal;
    }

    /** What is done with the changes that were under way. */
    interface Replay {
        /** The session was to have a value. It had another one before, or it had none, or one with room for this. */
        void put(SessionKey key, byte[] value, byte @Nullable [] before);

        /** The session was to be deleted. */
        void delete(SessionKey key);
    }

    /**
     * Tells of each change that was under way.
     *
     * @return how many there were
     */
    static int replay(ByteBuffer memory, Replay replay) {
        int count = 0;
        for (int i = 0; i < memory.capacity() / SLOT_BYTES; i++) {
            ByteBuffer slot = slot(memory, i);
            long state = (long) LONG.getAcquire(slot, STATE_AT);
            SessionKey key = new SessionKey(slot.getLong(KEY_AT), slot.getLong(KEY_AT + Long.BYTES));
            if (state == PUT) {
                byte[] value = new byte[(int) slot.getLong(LENGTH_AT)];
                byte[] before = new byte[(int) slot.getLong(BEFORE_LENGTH_AT)];
                slot.get(VALUE_AT, value).get(VALUE_AT + value.length, before);
                replay.put(key, value, before.length == 0 ? null : before);
                count++;
            } else if (state == DELETE) {
                replay.delete(key);
                count++;
            }
        }
        return count;
    }

    /** Forgets what was under way, once it has been done. */
    static void clear(ByteBuffer memory) {
        for (int i = 0; i < memory.capacity() / SLOT_BYTES; i++) {
            ByteBuffer slot = slot(memory, i);
            free(slot);
            if ((slot.getLong(KEY_AT) | slot.getLong(KEY_AT + Long.BYTES)) != 0) {
                slot.putLong(KEY_AT, 0).putLong(KEY_AT + Long.BYTES, 0);
            }
        }
    }

    /**
     * Frees a slot and zeroes what it held, also of a writer that was killed while it filled or freed it. Nothing else
     * is written to: a page that was never used would be taken from the disk, which may be full.
     */
    private static void free(ByteBuffer slot) {
        if (slot.getLong(STATE_AT) != FREE) {
            LONG.setRelease(slot, STATE_AT, FREE);
        }
        long length = slot.getLong(LENGTH_AT);
        long beforeLength = slot.getLong(BEFORE_LENGTH_AT);
        if ((length | beforeLength) != 0) {
            boolean sound = isLength(length) && isLength(beforeLength);
            slot.put(VALUE_AT, new byte[sound ? (int) (length + beforeLength) : SLOT_BYTES - VALUE_AT]);
            slot.putLong(LENGTH_AT, 0).putLong(BEFORE_LENGTH_AT, 0);
        }
    }

    /** Returns whether a writer can have noted such a length; what was damaged may have any. */
    private static boolean isLength(long length) {
        return length >= 0 && length <= Layout.LARGEST_RECORD;
    }

    private static ByteBuffer slot(ByteBuffer memory, int index) {
        return memory.slice(index * SLOT_BYTES, SLOT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Lets a writer in, as soon as fewer than the number of slots are writing.
     *
     * @throws StoreUnavailableException if the store is closed, or a write failed in a way that leaves its outcome open
     */
    Slot enter() {
        writers.acquireUninterruptibly();
        if (closed != null) {
            writers.release();
            throw refusal();
        }
        return free.pop();
    }

    /** Returns whether nobody is let in any more. */
    boolean isClosed() {
        return closed != null;
    }

    /** Returns why nobody is let in any more. */
    StoreUnavailableException refusal() {
        String why = closed;
        return why == null || why.isEmpty() ? StoreUnavailableException.closed() : new StoreUnavailableException(why);
    }

    /**
     * Lets no writer in any more, and waits for those who are in.
     *
     * @param why what writers are told, or nothing if the store was closed on purpose
     */
    void close(String why) {
        if (closed == null) {
            closed = why;
        }
        writers.acquireUninterruptibly(slots);
        writers.release(slots);
    }

    /** Lets no writer in any more, because what is in the maps is not known. */
    void fail() {
        broken = true;
        closed = "a write to the store failed; close it and open it again, which recovers it";
    }

    /** Returns whether a write failed so that only a recovery can tell how it ended. */
    boolean isBroken() {
        return broken;
    }

    /** One writer's place. Not thread-safe. */
    final class Slot implements AutoCloseable {

        private final @Nullable ByteBuffer memory;
        private boolean used;

        private Slot(@Nullable ByteBuffer memory) {
            this.memory = memory;
        }

        /** Notes that a session is about to get a value, which needs room unless there is none from before. */
        void willPut(SessionKey key, byte[] value, byte @Nullable [] before) {
            used = true;
            if (memory != null) {
                memory.putLong(LENGTH_AT, value.length).put(VALUE_AT, value);
                if (before != null) {
                    memory.putLong(BEFORE_LENGTH_AT, before.length).put(VALUE_AT + value.length, before);
                }
                note(key, PUT, memory);
            }
        }

        /** Notes that a session is about to be deleted. */
        void willDelete(SessionKey key) {
            used = true;
            if (memory != null) {
                note(key, DELETE, memory);
            }
        }

        private void note(SessionKey key, long state, ByteBuffer slot) {
            slot.putLong(KEY_AT, key.high()).putLong(KEY_AT + Long.BYTES, key.low());
            LONG.setRelease(slot, STATE_AT, state);
        }

        /** Notes that the map says it all: the change was made, or nothing was changed. */
        void done() {
            used = false;
            if (memory != null) {
                free(memory);
            }
        }

        /** Leaves. A writer that leaves with its change neither made nor undone stops all others. */
        @Override
        public void close() {
            if (used) {
                fail();
            }
            free.push(this);
            writers.release();
        }
    }
}
