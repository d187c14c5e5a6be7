package dev.cloakroom;

import java.time.Duration;

/**
 * What an engine has counted since it was built. A snapshot: the figures were read one after the other while others
 * went on.
 *
 * @param sessions sessions in the store now, expired ones that nothing has swept yet included
 * @param lookups headers looked at
 * @param found lookups that found a live session
 * @param rejectedCookies lookups that ended with {@link Lookup.Rejected}
 * @param endedLookups lookups that ended with {@link Lookup.Ended}
 * @param storeReads records asked of the store
 * @param storeWrites records inserted, replaced or deleted, conflicts included, touches not
 * @param touches last accesses stored, failed ones included
 * @param failedTouches last accesses that the store could not take; the requests went on without
 * @param conflicts writes that another request got in ahead of, each followed by another try
 * @param created sessions stored for the first time
 * @param logins principals bound
 * @param renewals ids renewed
 * @param reusedIds lookups that presented an id whose grace was over
 * @param endings sessions ended, for whatever cause
 * @param lookupLatency how long lookups took, from a sample of them
 * @param commitLatency how long commits took
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
     * A distribution of times, from a histogram whose buckets grow by powers of two: a quantile is the upper bound of
     * the bucket that it falls in.
     *
     * @param samples how many times were measured
     * @param median half of them were not longer
     * @param p99 99 in 100 were not longer
     * @param maximum none was longer
     */
    public record Latency(long samples, Duration median, Duration p99, Duration maximum) {}
}
