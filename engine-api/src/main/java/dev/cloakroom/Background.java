package dev.cloakroom;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Runs an engine's periodic tasks on a daemon thread. A failure does not end a task: it is logged once, and the task
 * runs again at its next time.
 *
 * <p>Thread-safe.
 */
final class Background implements AutoCloseable {

    private static final Logger LOGGER = System.getLogger("dev.cloakroom.SessionEngine");

    private final ScheduledThreadPoolExecutor scheduler;

    Background(String name) {
        scheduler = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
        scheduler.setRemoveOnCancelPolicy(true);
        // A thread exists only while there is work.
        scheduler.setKeepAliveTime(1, TimeUnit.MINUTES);
        scheduler.allowCoreThreadTimeOut(true);
    }

    /**
     * Runs a task periodically, each time an interval after its last end.
     *
     * @param failure the log message of a failure
     */
    ScheduledFuture<?> every(Duration interval, Runnable task, String failure) {
        long nanos = interval.toNanos();
        AtomicBoolean failing = new AtomicBoolean();
        return scheduler.scheduleWithFixedDelay(
                () -> {
                    try {
                        task.run();
                        failing.set(false);
                    } catch (Throwable e) {
                        if (!failing.getAndSet(true)) {
                            log(failure, e);
                        }
                    }
                },
                nanos,
                nanos,
                TimeUnit.NANOSECONDS);
    }

    /** Logs a failure. Catches a failure of the log as well, because the scheduler ends a task that throws. */
    private static void log(String message, Throwable failure) {
        try {
            LOGGER.log(Level.WARNING, message, failure);
        } catch (Throwable e) {
            // The log fails, so this cannot be logged.
        }
    }

    @Override
    public void close() {
        scheduler.shutdownNow();
    }
}
