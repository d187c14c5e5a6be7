package dev.cloakroom;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;

/**
 * An engine's counters. A lookup increments one striped counter, chosen by its result, from which the number of reads
 * follows. Only one lookup in {@value #SAMPLING} is timed, because reading the time twice costs more than counting.
 */
final class Meter {

    private static final int SAMPLING = 64;

    final LongAdder found = new LongAdder();
    final LongAdder absent = new LongAdder();
    final LongAdder rejected = new LongAdder();
    final LongAdder ended = new LongAdder();

    /** Records read from the store, without the one read of each found or ended lookup. */
    final LongAdder furtherReads = new LongAdder();

    final LongAdder writes = new LongAdder();
    final LongAdder touches = new LongAdder();
    final LongAdder failedTouches = new LongAdder();
    final LongAdder conflicts = new LongAdder();
    final LongAdder created = new LongAdder();
    final LongAdder logins = new LongAdder();
    final LongAdder renewals = new LongAdder();
    final LongAdder reusedIds = new LongAdder();
    final LongAdder endings = new LongAdder();
    final LatencyHistogram lookupLatency = new LatencyHistogram();
    final LatencyHistogram commitLatency = new LatencyHistogram();

    /** Returns the start time of a lookup that is timed, or 0 if it is not timed. */
    static long startSample() {
        return (ThreadLocalRandom.current().nextInt() & (SAMPLING - 1)) == 0 ? System.nanoTime() : 0;
    }

    void endSample(long sampleStart) {
        if (sampleStart != 0) {
            lookupLatency.record(System.nanoTime() - sampleStart);
        }
    }

    EngineMetrics snapshot(long sessions) {
        long foundNow = found.sum();
        long rejectedNow = rejected.sum();
        long endedNow = ended.sum();
        return new EngineMetrics(
                sessions,
                foundNow + absent.sum() + rejectedNow + endedNow,
                foundNow,
                rejectedNow,
                endedNow,
                foundNow + endedNow + furtherReads.sum(),
                writes.sum(),
                touches.sum(),
                failedTouches.sum(),
                conflicts.sum(),
                created.sum(),
                logins.sum(),
                renewals.sum(),
                reusedIds.sum(),
                endings.sum(),
                lookupLatency.snapshot(),
                commitLatency.snapshot());
    }
}
