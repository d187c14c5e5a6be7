package dev.cloakroom.chronicle;

import java.util.Map;
import java.util.Objects;
import net.openhft.chronicle.core.Jvm;
import net.openhft.chronicle.core.io.BackgroundResourceReleaser;
import net.openhft.chronicle.core.shutdown.PriorityHook;

/**
 * Stops Chronicle's background thread and removes its shutdown hook when the last store of a class loader is closed.
 * Either would keep the class loader of an undeployed application in memory.
 */
final class ChronicleRuntime {

    private static int stores;
    private static boolean stopped;

    private ChronicleRuntime() {}

    /** Counts an opened store. */
    static synchronized void opened() {
        stores++;
    }

    /** Counts a closed store, and stops Chronicle's thread after the last one. */
    static synchronized void closed() {
        stores--;
        if (stores > 0) {
            return;
        }
        if (!stopped) {
            // From here on Chronicle releases resources in the calling thread.
            BackgroundResourceReleaser.stop();
            stopped = true;
        }
        removeShutdownHook();
    }

    /** Removes the shutdown hook, unless it still has resources to release. */
    private static void removeShutdownHook() {
        PriorityHook hook = PriorityHook.getRegisteredHook();
        if (hook == null) {
            return;
        }
        Map<?, ?> tasks = Objects.requireNonNull(Jvm.<Map<?, ?>>getValue(hook, "hookletPool"));
        if (tasks.size() > 1) {
            // The application has other maps, which the hook closes when the JVM ends.
            return;
        }
        try {
            PriorityHook.clear();
        } catch (IllegalStateException e) {
            // The JVM is shutting down and runs the hook.
        }
    }
}
