package dev.cloakroom;

import java.time.Duration;

/**
 * The counters of an engine since it was built. The values were read one after the other, so they may belong to
 * slightly different times. Immutable.
 *
 * @param sessions sessions in the store now, with expired ones that are not swept yet; an estimate in a cluster
 * @param lookups headers examined
 * @param found lookups that found a live session
 * @param rejectedCookies lookups that ended with {@link Lookup.Rejected}
 * @param endedLookups lookups that ended with {@link Lookup.Ended}
 * @param storeReads records read from the store
 * @param storeWrites records inserted, replaced or deleted, with conflicts and without touches
 * @param touches attempts to store a last access
 * @param failedTouches last accesses that the store failed to store; the requests continued
 * @param conflicts writes that failed because another request had written first, each followed by a retry
 * @param created sessions stored for the first time
 * @param logins logins
 * @param renewals ids renewed
 * @param reusedIds lookups that presented an id after its grace
 * @param endings sessions ended, for any reason
 * @param lookupLatency the duration of lookups, of a sample of one in 64
 * @param commitLatency the duration of commits
 */
public record EngineMetrics(
        long sessions,
        long lookups,
        long found,
        long rejectedCookies,
        long endedLookups,
        long storeReads,
        long storeWrites,
        long touches,
        long failedTouches,
        long conflicts,
        long created,
        long logins,
        long renewals,
        long reusedIds,
        long endings,
        Latency lookupLatency,
        Latency commitLatency) {

    /**
     * A distribution of durations. It comes from a histogram whose buckets grow by powers of two: a quantile is the
     * upper bound of its bucket.
     *
     * @param samples the number of measurements
     * @param median the upper bound of half of the durations
     * @param p99 the upper bound of 99 % of the durations
     * @param maximum the upper bound of all durations
     */
    public record Latency(long samples, Duration median, Duration p99, Duration maximum) {}
}
