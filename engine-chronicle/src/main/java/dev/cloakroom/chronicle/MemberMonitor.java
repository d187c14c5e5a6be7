package dev.cloakroom.chronicle;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Checks periodically whether a process that shares the store has died. */
final class MemberMonitor implements AutoCloseable {

    /** How long a call waits for a lock inside the maps before it fails. */
    static final Duration LOCK_TIMEOUT = Duration.ofSeconds(5);

    private static final Logger LOGGER = System.getLogger(ChronicleSessionStore.class.getName());
    private static final long INTERVAL_MILLIS = 50;

    private final Check check;
    private final ScheduledThreadPoolExecutor scheduler;

    /** Whether the last check failed, so that a failure that lasts is logged once. */
    private boolean failing;

    /** One check. */
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

    /** Runs one check. The scheduler would end the series if this threw anything. */
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
            // The log itself fails, so there is nowhere to say so. The checks go on.
        }
    }

    /** Ends the checks, and waits for one that is running. */
    @Override
    public void close() {
        scheduler.shutdown();
        Uninterrupted.awaitTermination(scheduler);
    }
}
