package dev.cloakroom;

import java.time.InstantSource;

/**
 * The engine's clock. It notices when the clock is set back, so that instants from before do not keep a session alive.
 *
 * <p>Safe for use by any number of threads.
 */
/*
 * What a clock that jumps does to sessions. Set forward, it ends sessions early; nothing can be done about that. Set
 * back by J, it makes stored instants lie in the future, and everything that is counted from them would live J longer.
 *
 * An instant in the future is therefore read as an earlier one:
 *  - if this engine saw the clock set back, and the instant is not after the latest time that the engine had seen, it is
 *    read as the time at which the clock was set back;
 *  - otherwise another node wrote it, or this process was not running then. It is read as now, and the session's next
 *    lookup stores it so (see Lifetimes).
 * Clocks of nodes differ a little, and threads read the clock before others store a later time. So an instant counts as
 * future only beyond a tolerance.
 */
final class EngineClock {

    /** How far, in milliseconds, clocks of nodes may differ before that counts as a jump. */
    static final long TOLERANCE = 2_000;

    private static final long NOTED_EVERY = TOLERANCE / 4;

    private final InstantSource source;

    /** The latest time seen, less than {@link #NOTED_EVERY} behind. Written seldom: all lookups read it. */
    private volatile long latest;

    private volatile long setBackAt;
    private volatile long setBackFrom;

    EngineClock(InstantSource source) {
        this.source = source;
        long now = source.millis();
        this.latest = now;
        this.setBackAt = now;
        this.setBackFrom = now;
    }

    /** Returns the time in milliseconds since the epoch. */
    long now() {
        long now = source.millis();
        long known = latest;
        if (now - known > NOTED_EVERY) {
            latest = now;
        } else if (known - now > TOLERANCE) {
            setBack(now);
        }
        return now;
    }

    private synchronized void setBack(long now) {
        if (latest - now > TOLERANCE) {
            setBackFrom = Math.max(setBackFrom, latest + NOTED_EVERY);
            setBackAt = now;
            latest = now;
        }
    }

    /** Returns whether an instant lies in the future, beyond what clocks differ by. */
    static boolean isFuture(long instant, long now) {
        return instant - now > TOLERANCE;
    }

    /** Returns an instant, or the earlier one that it is read as if it lies in the future. */
    long read(long instant, long now) {
        if (!isFuture(instant, now)) {
            return instant;
        }
        return instant <= setBackFrom ? Math.min(setBackAt, now) : now;
    }
}
