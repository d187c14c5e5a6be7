package dev.cloakroom.chronicle;

import dev.cloakroom.store.StoreFullException;
import dev.cloakroom.store.StoreUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Refuses writes when the disk has little space left. The files are sparse. A write to a hole of such a file through mapped
 * memory is lost while the disk is full; a JVM reports it late, and an older one perhaps not at all.
 */
/*
 * To ask the system before each write would be too slow. So each answer is good for a part of the room that there was,
 * and for a second. A part, because other processes that share the store have been given theirs, and because what was
 * taken last may not have reached the disk yet. Each write is counted with more than it can take.
 *
 * If other programs fill the disk within that second, they use up the reserve first.
 */
final class DiskSpaceGuard {

    /** How much stays free. */
    static final long RESERVE = 8L << 20;

    /** More than a write takes besides its record: pages of the tables, of the index, and of the journal. */
    private static final long OVERHEAD = 64L << 10;

    private static final long MOST_AT_ONCE = 64L << 20;
    private static final long GOOD_FOR_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final String FULL = "the disk that the session store is on has too little room left";

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
     * Returns the room on a disk, of which several processes may take.
     *
     * @param free how many bytes are free now
     */
    static DiskSpaceGuard of(LongSupplier free, int processes) {
        return of(free, System::nanoTime, processes);
    }

    static DiskSpaceGuard of(LongSupplier free, LongSupplier nanoTime, int processes) {
        // Of what is free, all of them together are given half.
        return new DiskSpaceGuard(free, nanoTime, 2 * processes, false);
    }

    /** Returns room that does not end, for a store in memory. */
    static DiskSpaceGuard endless() {
        return new DiskSpaceGuard(() -> Long.MAX_VALUE, System::nanoTime, 1, true);
    }

    /** Sets what runs when too little room is found, for then a page may have been lost. */
    synchronized void onShortage(Runnable task) {
        onShortage = task;
    }

    /** Keeps so much more free, for what the maps may take at once when they grow. */
    synchronized void keepForGrowth(long bytes) {
        reserve = RESERVE + bytes;
    }

    /**
     * Has room taken for a write of so many bytes in all.
     *
     * @throws StoreFullException if there is too little
     */
    void take(long bytes) {
        if (!tryTake(bytes)) {
            throw new StoreFullException(FULL);
        }
    }

    /**
     * Has room taken by what makes room, which may go to half of the reserve: for the journal may need a page.
     *
     * @throws StoreUnavailableException if there is too little
     */
    void takeToDelete() {
        if (!tryTake(0) && free.getAsLong() < RESERVE / 2) {
            throw new StoreUnavailableException(FULL);
        }
    }

    /**
     * Has room taken by the opening of a store.
     *
     * @throws UncheckedIOException if there is too little
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
