package dev.cloakroom.infinispan;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Counts what is under way, so that a store that closes can wait for it. Never blocks but in {@link #awaitNone}. */
final class PendingOperations {

    private static final long LOOK_AGAIN_MILLIS = 5;

    private final AtomicLong number = new AtomicLong();

    /** Starts something, which is under way until its stage completes. */
    <T extends @Nullable Object> CompletionStage<T> start(Supplier<CompletionStage<T>> operation) {
        number.incrementAndGet();
        CompletionStage<T> stage;
        try {
            stage = operation.get();
        } catch (RuntimeException | Error e) {
            number.decrementAndGet();
            throw e;
        }
        return stage.whenComplete((result, failure) -> number.decrementAndGet());
    }

    /**
     * Waits until nothing is under way. What starts later does not count.
     *
     * @return false if something is still under way when the time is over
     */
    boolean awaitNone(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        boolean interrupted = false;
        // Read once in each round: an operation that starts after the zero is refused, and is counted for a moment.
        boolean none = number.get() == 0;
        while (!none && System.nanoTime() < deadline) {
            try {
                TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
            none = number.get() == 0;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return none;
    }
}
