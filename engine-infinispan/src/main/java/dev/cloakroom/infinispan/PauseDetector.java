package dev.cloakroom.infinispan;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Detects that this process did not run for a while: it was stopped by a signal, its machine was suspended, or it
 * collected garbage. The other nodes may have removed it from the cluster meanwhile, and it knows nothing of that.
 *
 * <p>{@link #tick} is called every {@value #TICK_MILLIS} milliseconds. A pause is also seen by {@link #isPausing}, before
 * the thread that ticks runs again: when a process goes on, its threads go on in any order.
 *
 * <p>Thread-safe.
 */
final class PauseDetector {

    static final long TICK_MILLIS = 100;

    /** Shorter than the other nodes take to remove a node that does not answer. */
    static final Duration PAUSE = Duration.ofSeconds(2);

    private static final long PAUSE_NANOS = PAUSE.toNanos();

    private final LongSupplier nanoTime;
    private volatile long lastTick;

    /** Takes a source of time such as {@link System#nanoTime}. */
    PauseDetector(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        lastTick = nanoTime.getAsLong();
    }

    /** Returns whether there has been no tick for so long that this process must have paused. */
    boolean isPausing() {
        return nanoTime.getAsLong() - lastTick > PAUSE_NANOS;
    }

    /** Runs an action if there was a pause, before anyone is told that it is over. */
    void tick(Runnable afterPause) {
        if (isPausing()) {
            afterPause.run();
        }
        lastTick = nanoTime.getAsLong();
    }
}
