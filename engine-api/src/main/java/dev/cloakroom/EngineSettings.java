package dev.cloakroom;

import org.jspecify.annotations.Nullable;

/**
 * An engine's figures, checked by its builder. Spans are milliseconds, sizes bytes.
 *
 * @param timeouts of sessions whose cookie goes with the browser
 * @param persistentTimeouts of sessions whose cookie stays
 * @param renewalInterval how old an id may get
 * @param renewalGrace how long an id outlives its renewal
 * @param touchInterval how far apart stored accesses are at least
 * @param refreshLease how long a refresher may take before another request may try
 * @param maximumAttributeSize of one encoded value
 * @param maximumSessionSize of all attributes of a session together
 * @param maximumSessionsPerPrincipal 0 for no limit
 * @param sessionLimit what happens at that limit, null without one
 */
record EngineSettings(
        Timeouts timeouts,
        Timeouts persistentTimeouts,
        long renewalInterval,
        long renewalGrace,
        long touchInterval,
        long refreshLease,
        int maximumAttributeSize,
        int maximumSessionSize,
        int maximumSessionsPerPrincipal,
        @Nullable SessionLimit sessionLimit) {

    /**
     * How long sessions live.
     *
     * @param idle since the last access
     * @param absolute since they began
     */
    record Timeouts(long idle, long absolute) {}

    Timeouts timeouts(Persistence persistence) {
        return persistence == Persistence.PERSISTENT ? persistentTimeouts : timeouts;
    }
}
