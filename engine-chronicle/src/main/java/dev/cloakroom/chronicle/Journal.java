package dev.cloakroom.chronicle;

import dev.cloakroom.store.PrincipalKey;
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
 * Records each change before it is made. A recovery completes the changes that a killed process left unfinished. The
 * journal also counts the writers, and refuses new ones when the store closes.
 */
/*
 * A slot in a memory-mapped file belongs to one writer at a time:
 *
 *    0            8             24            32               40
 *   +------------+-------------+-------------+----------------+----------------
 *   | i64 state  | 2 x i64 key | i64 length  | i64 length of  | i64 which
 *   |            |             |    of value | the old value  | principals are
 *   +------------+-------------+-------------+----------------+----------------
 *    48                64                80
 *   +-----------------+-----------------+-------+-----------
 *   | 2 x i64 old     | 2 x i64 new     | value | old value
 *   |       principal |       principal |       |
 *   +-----------------+-----------------+-------+-----------
 *
 * Before a writer changes the index, it records the principals whose entries it changes. It clears them when the index
 * is complete again.
 *
 * The old value is recorded only for a change that needs room, because a recovery may find none.
 *
 * The writer fills the slot under the record's lock, before it changes the map, and writes the state last. It frees the
 * slot under the same lock, after the change of the map. So if the process is killed during a change, exactly one slot
 * is in use for the session, and it determines the outcome. Both outcomes are correct for a call that has not returned.
 *
 * The stores of a killed process to mapped memory are in the system's page cache and reach the file without a flush.
 * The release store of the state keeps them in order.
 *
 * A freed slot is zeroed, because it held a session. Only the key remains until the next recovery. It is not secret.
 */
final class Journal {

    /** The length of a slot in bytes. */
    static final int SLOT_BYTES = 2 * Layout.LARGEST_RECORD + 4096;

    private static final long FREE = 0;
    private static final long PUT = 1;
    private static final long DELETE = 2;

    private static final int STATE_AT = 0;
    private static final int KEY_AT = 8;
    private static final int LENGTH_AT = 24;
    private static final int BEFORE_LENGTH_AT = 32;
    private static final int PRINCIPALS_AT = 40;
    private static final int OLD_PRINCIPAL_AT = 48;
    private static final int NEW_PRINCIPAL_AT = 64;
    private static final int VALUE_AT = 80;

    private static final long OLD = 1;
    private static final long NEW = 2;

    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final ConcurrentLinkedDeque<Slot> free = new ConcurrentLinkedDeque<>();
    private final Semaphore writers;
    private final int slots;
    private final Runnable onDoubt;
    private volatile @Nullable String closed;
    private volatile boolean broken;

    private Journal(int slots, Runnable onDoubt) {
        this.slots = slots;
        this.onDoubt = onDoubt;
        this.writers = new Semaphore(slots);
    }

    /** Returns a journal that only counts the writers, for a store in memory. */
    static Journal none(int slots) {
        Journal journal = new Journal(slots, () -> {});
        for (int i = 0; i < slots; i++) {
            journal.free.push(journal.new Slot(null));
        }
        return journal;
    }

    /**
     * Returns a journal in mapped memory. Its slots must be free.
     *
     * @param onDoubt runs when a write fails with an unknown outcome, before its lock is released. The locks in the
     *     maps do not show such a failure
     */
    static Journal in(ByteBuffer memory, Runnable onDoubt) {
        int slots = memory.capacity() / SLOT_BYTES;
        Journal journal = new Journal(slots, onDoubt);
        for (int i = 0; i < slots; i++) {
            journal.free.push(journal.new Slot(slot(memory, i)));
        }
        return journal;
    }

    /** Receives the unfinished changes. */
    interface Replay {
        /**
         * Completes a change of a session's value.
         *
         * @param before the previous value, or null if there was none or the new one fits in its place
         */
        void put(SessionKey key, byte[] value, byte @Nullable [] before);

        /** Completes the deletion of a session. */
        void delete(SessionKey key);

        /** Rebuilds the index of a principal. */
        void reindex(PrincipalKey principal);
    }

    /**
     * Passes each unfinished change on.
     *
     * @return the number of unfinished changes
     */
    static int replay(ByteBuffer memory, Replay replay) {
        int count = 0;
        for (int i = 0; i < memory.capacity() / SLOT_BYTES; i++) {
            ByteBuffer slot = slot(memory, i);
            long state = (long) LONG.getAcquire(slot, STATE_AT);
            SessionKey key = new SessionKey(slot.getLong(KEY_AT), slot.getLong(KEY_AT + Long.BYTES));
            long principals = (long) LONG.getAcquire(slot, PRINCIPALS_AT);
            if ((principals & OLD) != 0) {
                replay.reindex(principal(slot, OLD_PRINCIPAL_AT));
            }
            if ((principals & NEW) != 0) {
                replay.reindex(principal(slot, NEW_PRINCIPAL_AT));
            }
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

    private static PrincipalKey principal(ByteBuffer slot, int at) {
        return new PrincipalKey(slot.getLong(at), slot.getLong(at + Long.BYTES));
    }

    /** Removes the unfinished changes, after they were completed. */
    static void clear(ByteBuffer memory) {
        for (int i = 0; i < memory.capacity() / SLOT_BYTES; i++) {
            ByteBuffer slot = slot(memory, i);
            free(slot);
            freePrincipals(slot);
            if ((slot.getLong(KEY_AT) | slot.getLong(KEY_AT + Long.BYTES)) != 0) {
                slot.putLong(KEY_AT, 0).putLong(KEY_AT + Long.BYTES, 0);
            }
        }
    }

    /**
     * Frees a slot and overwrites its content with zeros, also if its writer was killed while it filled or freed it.
     * Writes to no other bytes: an unused page would take a block of the disk, which may be full.
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

    private static void freePrincipals(ByteBuffer slot) {
        if (slot.getLong(PRINCIPALS_AT) != 0) {
            LONG.setRelease(slot, PRINCIPALS_AT, 0L);
        }
        for (int at = OLD_PRINCIPAL_AT; at < VALUE_AT; at += Long.BYTES) {
            if (slot.getLong(at) != 0) {
                slot.putLong(at, 0);
            }
        }
    }

    /** Returns whether a length is valid. A damaged slot may have any. */
    private static boolean isLength(long length) {
        return length >= 0 && length <= Layout.LARGEST_RECORD;
    }

    private static ByteBuffer slot(ByteBuffer memory, int index) {
        return memory.slice(index * SLOT_BYTES, SLOT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Waits for a free slot, and returns it.
     *
     * @throws StoreUnavailableException if the store is closed, or a write failed with an unknown outcome
     */
    Slot enter() {
        writers.acquireUninterruptibly();
        if (closed != null) {
            writers.release();
            throw refusal();
        }
        return free.pop();
    }

    /** Returns whether new writers are refused. */
    boolean isClosed() {
        return closed != null;
    }

    /** Returns the exception that new writers get. */
    StoreUnavailableException refusal() {
        String why = closed;
        return why == null || why.isEmpty() ? StoreUnavailableException.closed() : new StoreUnavailableException(why);
    }

    /**
     * Refuses new writers, and waits for the active ones.
     *
     * @param why the message of the exception for later writers, or empty if the application closed the store
     */
    void close(String why) {
        if (closed == null) {
            closed = why;
        }
        writers.acquireUninterruptibly(slots);
        writers.release(slots);
    }

    /** Refuses new writers, because the state of the maps is unknown. */
    void fail() {
        onDoubt.run();
        broken = true;
        closed = "a write to the store failed; close the store and open it again, which recovers it";
    }

    /** Returns whether a write failed with an unknown outcome, which only a recovery can resolve. */
    boolean isBroken() {
        return broken;
    }

    /** The slot of one writer. Not thread-safe. */
    final class Slot implements AutoCloseable {

        private final @Nullable ByteBuffer memory;
        private boolean used;
        private boolean indexing;

        private Slot(@Nullable ByteBuffer memory) {
            this.memory = memory;
        }

        /** Records that the index of a session's old and new principal is about to change. */
        void willIndex(SessionKey key, @Nullable PrincipalKey old, @Nullable PrincipalKey next) {
            if (old == null && next == null) {
                return;
            }
            indexing = true;
            if (memory != null) {
                memory.putLong(KEY_AT, key.high()).putLong(KEY_AT + Long.BYTES, key.low());
                put(old, OLD_PRINCIPAL_AT, memory);
                put(next, NEW_PRINCIPAL_AT, memory);
                LONG.setRelease(memory, PRINCIPALS_AT, (old == null ? 0 : OLD) | (next == null ? 0 : NEW));
            }
        }

        private void put(@Nullable PrincipalKey principal, int at, ByteBuffer slot) {
            if (principal != null) {
                slot.putLong(at, principal.high()).putLong(at + Long.BYTES, principal.low());
            }
        }

        /** Records that the index is complete. */
        void indexed() {
            if (indexing) {
                indexing = false;
                if (memory != null) {
                    freePrincipals(memory);
                }
            }
        }

        /** Records that a session is about to get a value. */
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

        /** Records that a session is about to be deleted. */
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

        /** Records that the map is complete: it has the whole change, or none of it. */
        void done() {
            used = false;
            if (memory != null) {
                free(memory);
            }
        }

        /** Releases the slot. If its change is neither complete nor undone, refuses new writers. */
        @Override
        public void close() {
            if (used) {
                fail();
            } else if (indexing) {
                onDoubt.run();
                indexed();
            }
            free.push(this);
            writers.release();
        }
    }
}
