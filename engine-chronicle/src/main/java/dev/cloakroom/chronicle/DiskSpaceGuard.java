package dev.cloakroom.chronicle;

import dev.cloakroom.store.StoreFullException;
import dev.cloakroom.store.StoreUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Refuses writes when the disk has little free space. The files are sparse: when the disk is full, a write to a hole
 * through mapped memory is lost. The JVM reports the loss late, and older JVMs may not report it.
 */
/*
 * To query the free space before each write would be too slow. The result of one query is therefore used for one
 * second, or until a part of the free space is taken. Only a part, because the other processes of a shared store take
 * theirs, and because recent writes may not have reached the disk yet. Each write counts as more than it can take.
 *
 * If other programs fill the disk within that second, they use the reserve first.
 */
final class DiskSpaceGuard {

    /** The space that stays free, in bytes. */
    static final long RESERVE = 8L << 20;

    /** An upper bound of what a write takes besides its record: pages of the tables, the index and the journal. */
    private static final long OVERHEAD = 64L << 10;

    private static final long MOST_AT_ONCE = 64L << 20;
    private static final long GOOD_FOR_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final String FULL =
            "the disk of the session store has too little free space; free space, or move the store to a larger disk";

    private final LongSupplier free;
    private final LongSupplier nanoTime;
    private final int parts;
    private final boolean endless;

    private Runnable onShortage = () -> {};
    private long reserve = RESERVE;
    private long left;
    private long takenSinceLook;
    private long lookedAt;

    private DiskSpaceGuard(LongSupplier free, LongSupplier nanoTime, int parts, boolean endless) {
        this.free = free;
        this.nanoTime = nanoTime;
        this.parts = parts;
        this.endless = endless;
    }

    /**
     * Returns a guard of the free space of a disk.
     *
     * @param free returns the number of free bytes
     * @param processes the number of processes that may take space
     */
    static DiskSpaceGuard of(LongSupplier free, int processes) {
        return of(free, System::nanoTime, processes);
    }

    static DiskSpaceGuard of(LongSupplier free, LongSupplier nanoTime, int processes) {
        // All processes together get half of the free space.
        return new DiskSpaceGuard(free, nanoTime, 2 * processes, false);
    }

    /** Returns a guard that refuses nothing, for a store in memory. */
    static DiskSpaceGuard endless() {
        return new DiskSpaceGuard(() -> Long.MAX_VALUE, System::nanoTime, 1, true);
    }

    /** Sets the task that runs when there is too little free space: a page may have been lost then. */
    synchronized void onShortage(Runnable task) {
        onShortage = task;
    }

    /** Raises the reserve by the number of bytes that the maps may take at once when they grow. */
    synchronized void keepForGrowth(long bytes) {
        reserve = RESERVE + bytes;
    }

    /**
     * Takes space for a write.
     *
     * @param bytes the total length of the write
     * @throws StoreFullException if there is too little free space
     */
    void take(long bytes) {
        if (!tryTake(bytes)) {
            throw new StoreFullException(FULL);
        }
    }

    /**
     * Takes space for a removal, which may use half of the reserve: the journal may need a page.
     *
     * @throws StoreUnavailableException if there is too little free space
     */
    void takeToDelete() {
        if (!tryTake(0) && free.getAsLong() < RESERVE / 2) {
            throw new StoreUnavailableException(FULL);
        }
    }

    /**
     * Takes space for opening a store.
     *
     * @throws UncheckedIOException if there is too little free space
     */
    void takeToOpen(long bytes) {
        if (!tryTake(bytes)) {
            throw new UncheckedIOException(new IOException(FULL));
        }
    }

    private boolean tryTake(long bytes) {
        return endless || tryTakeOfWhatThereIs(bytes);
    }

    private synchronized boolean tryTakeOfWhatThereIs(long bytes) {
        long needed = bytes + OVERHEAD;
        if (needed > left || nanoTime.getAsLong() - lookedAt > GOOD_FOR_NANOS) {
            left = Math.min(MOST_AT_ONCE + needed, (free.getAsLong() - reserve - takenSinceLook) / parts);
            takenSinceLook = 0;
            lookedAt = nanoTime.getAsLong();
            if (needed > left) {
                left = 0;
                onShortage.run();
                return false;
            }
        }
        left -= needed;
        takenSinceLook += needed;
        return true;
    }
}
