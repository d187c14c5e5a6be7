package dev.cloakroom;

import java.time.InstantSource;

/**
 * The engine's clock. It detects that the clock was set back, so that earlier instants do not prolong a session.
 *
 * <p>Thread-safe.
 */
/*
 * The effect of a jump. A clock that is set forward ends sessions early, which cannot be prevented. A clock that is set
 * back by J makes stored instants lie in the future. A timeout that counts from them would be J longer.
 *
 * Therefore an instant in the future is read as an earlier one:
 *  - If this engine saw the jump, and the instant is not after the latest time before it, the instant is read as the
 *    time of the jump.
 *  - Otherwise another node wrote the instant, or this process was not running then. The instant is read as now, and
 *    the session's next lookup stores that (see Lifetimes).
 * The clocks of nodes differ a little, and threads read the clock before others store a later time. So an instant
 * counts as future only beyond a tolerance.
 */
final class EngineClock {

    /** The tolerated difference between the clocks of nodes, in milliseconds. */
    static final long TOLERANCE = 2_000;

    private static final long NOTED_EVERY = TOLERANCE / 4;

    private final InstantSource source;

    /** The latest time seen, at most {@link #NOTED_EVERY} ago. Written rarely, because all lookups read it. */
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

    /** Returns whether an instant lies in the future, beyond the tolerance. */
    static boolean isFuture(long instant, long now) {
        return instant - now > TOLERANCE;
    }

    /** Returns an instant, or its replacement if it lies in the future. */
    long read(long instant, long now) {
        if (!isFuture(instant, now)) {
            return instant;
        }
        return instant <= setBackFrom ? Math.min(setBackAt, now) : now;
    }
}
