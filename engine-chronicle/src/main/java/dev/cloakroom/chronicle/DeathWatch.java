package dev.cloakroom.chronicle;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Looks again and again whether a process that shares the store has died. */
final class DeathWatch implements AutoCloseable {

    /** How long a lock inside the maps is waited for; whoever waits longer gives up. */
    static final Duration LOCK_PATIENCE = Duration.ofSeconds(5);

    private static final Logger LOGGER = System.getLogger(ChronicleSessionStore.class.getName());
    private static final long INTERVAL_MILLIS = 50;

    private final ScheduledThreadPoolExecutor scheduler;

    /** What is done at each look. */
    interface Look {
        void look() throws IOException;
    }

    DeathWatch(Look look) {
        scheduler = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "cloakroom-chronicle-watch");
            thread.setDaemon(true);
            return thread;
        });
        scheduler.scheduleWithFixedDelay(() -> look(look), INTERVAL_MILLIS, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    }

    private static void look(Look look) {
        try {
            look.look();
        } catch (IOException | RuntimeException | InternalError e) {
            LOGGER.log(Level.WARNING, "the shared session store cannot be opened again; will try again", e);
        }
    }

    /** Ends it, and waits for a look that is under way. */
    @Override
    public void close() {
        scheduler.shutdown();
        boolean interrupted = false;
        while (true) {
            try {
                if (scheduler.awaitTermination(1, TimeUnit.MINUTES)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
