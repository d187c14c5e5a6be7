package dev.cloakroom;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLongArray;

/** Counts durations in buckets whose bounds are powers of two, in nanoseconds. Thread-safe. */
final class LatencyHistogram {

    private final AtomicLongArray buckets = new AtomicLongArray(Long.SIZE);

    void record(long nanos) {
        buckets.incrementAndGet(Long.SIZE - 1 - Long.numberOfLeadingZeros(Math.max(1, nanos)));
    }

    EngineMetrics.Latency snapshot() {
        long[] counts = new long[Long.SIZE];
        long samples = 0;
        for (int bucket = 0; bucket < counts.length; bucket++) {
            counts[bucket] = buckets.get(bucket);
            samples += counts[bucket];
        }
        return new EngineMetrics.Latency(
                samples, quantile(counts, samples, 0.5), quantile(counts, samples, 0.99), quantile(counts, samples, 1));
    }

    private static Duration quantile(long[] counts, long samples, double quantile) {
        long rank = (long) Math.ceil(samples * quantile);
        long seen = 0;
        for (int bucket = 0; bucket < counts.length && rank > 0; bucket++) {
            seen += counts[bucket];
            if (seen >= rank) {
                return Duration.ofNanos(bucket >= Long.SIZE - 2 ? Long.MAX_VALUE : 2L << bucket);
            }
        }
        return Duration.ZERO;
    }
}
