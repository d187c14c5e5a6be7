package dev.cloakroom.infinispan;

import java.time.Duration;

/**
 * How long Infinispan keeps an entry that is not removed. Sessions end by the engine's clock, at their own deadline, and are
 * removed by its sweeps; that Infinispan removes them by itself is for the case that no node sweeps. So it does
 * that late, and the clocks of the machines need not agree.
 */
final class Lifespans {

    /** How much longer than a session can live. */
    static final long GRACE = Duration.ofMinutes(10).toMillis();

    /** How long it is known that a session ended: longer than a write that was under way, or a split that heals. */
    static final long ENDED = Duration.ofMinutes(10).toMillis();

    /** How long an index entry without sessions stays. */
    static final long EMPTY = Duration.ofMinutes(1).toMillis();

    private static final long FOREVER = Duration.ofDays(3_650).toMillis();

    private Lifespans() {}

    /** Returns the lifespan of what may be needed for so long. */
    static long of(long needed) {
        return needed < 0 || needed > FOREVER ? -1 : needed + GRACE;
    }
}
