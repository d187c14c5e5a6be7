package dev.cloakroom.chronicle;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Checks periodically whether a process that shares the store has died. */
final class MemberMonitor implements AutoCloseable {

    /** The longest wait of a call for a lock inside the maps. */
    static final Duration LOCK_TIMEOUT = Duration.ofSeconds(5);

    private static final Logger LOGGER = System.getLogger(ChronicleSessionStore.class.getName());
    private static final long INTERVAL_MILLIS = 50;

    private final Check check;
    private final ScheduledThreadPoolExecutor scheduler;

    /** Whether the last check failed. A lasting failure is logged once. */
    private boolean failing;

    /** Checks for a dead process, and reopens the maps if there is one. */
    interface Check {
        void run() throws IOException;
    }

    MemberMonitor(Check check) {
        this.check = check;
        scheduler = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "cloakroom-chronicle-monitor");
            thread.setDaemon(true);
            return thread;
        });
        scheduler.scheduleWithFixedDelay(this::run, INTERVAL_MILLIS, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Runs one check. Throws nothing: the scheduler would drop a task that throws. */
    private void run() {
        try {
            check.run();
            failing = false;
        } catch (Throwable e) {
            if (!failing) {
                failing = true;
                log(e);
            }
        }
    }

    private static void log(Throwable failure) {
        try {
            LOGGER.log(
                    Level.WARNING,
                    "the shared session store cannot be opened again; the monitor tries again every " + INTERVAL_MILLIS
                            + " ms and logs nothing until it succeeds",
                    failure);
        } catch (Throwable e) {
            // The log itself failed. The checks continue.
        }
    }

    /** Stops the checks, and waits for a running one. */
    @Override
    public void close() {
        scheduler.shutdown();
        Uninterrupted.awaitTermination(scheduler);
    }
}
