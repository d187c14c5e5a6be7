package dev.cloakroom;

import dev.cloakroom.store.SessionRecord;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Has the store remove expired sessions, a share of them at a time, so that the whole store is looked through about
 * once in {@value #ROUNDS} rounds and no round is long. Nobody depends on it for correctness: lookups check deadlines
 * themselves.
 */
final class Sweeper implements AutoCloseable {

    private static final Logger LOGGER = System.getLogger(SessionEngine.class.getName());
    private static final int ROUNDS = 60;
    private static final int SMALLEST_SHARE = 1_000;

    private final EngineContext context;
    private final ScheduledThreadPoolExecutor scheduler;

    Sweeper(EngineContext context, Duration interval) {
        this.context = context;
        this.scheduler = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "cloakroom-sweeper");
            thread.setDaemon(true);
            return thread;
        });
        long nanos = interval.toNanos();
        scheduler.scheduleWithFixedDelay(this::sweepShare, nanos, nanos, TimeUnit.NANOSECONDS);
    }

    private void sweepShare() {
        try {
            sweep(context, (int) Math.min(
                    Integer.MAX_VALUE, Math.max(SMALLEST_SHARE, context.store().size() / ROUNDS)));
        } catch (RuntimeException e) {
            LOGGER.log(Level.WARNING, "expired sessions could not be swept; will try again", e);
        }
    }

    static int sweep(EngineContext context, int limit) {
        return context.store().sweep(context.now(), limit, record -> expired(context, record));
    }

    private static void expired(EngineContext context, SessionRecord record) {
        context.meter().writes.increment();
        context.events().removed(record, SessionEvent.Cause.EXPIRED);
    }

    @Override
    public void close() {
        scheduler.shutdownNow();
    }
}
