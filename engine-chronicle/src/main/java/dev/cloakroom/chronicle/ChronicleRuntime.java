package dev.cloakroom.chronicle;

import java.util.Map;
import java.util.Objects;
import net.openhft.chronicle.core.Jvm;
import net.openhft.chronicle.core.io.BackgroundResourceReleaser;
import net.openhft.chronicle.core.shutdown.PriorityHook;

/**
 * Ends what Chronicle keeps for the life of the JVM when the last store of a class loader is closed: a thread that
 * releases resources, and a shutdown hook. Either would keep the class loader of an undeployed application in memory.
 */
final class ChronicleRuntime {

    private static int stores;
    private static boolean stopped;

    private ChronicleRuntime() {}

    /** Counts a store that opens. */
    static synchronized void opened() {
        stores++;
    }

    /** Counts a store that was closed. */
    static synchronized void closed() {
        stores--;
        if (stores > 0) {
            return;
        }
        if (!stopped) {
            // Chronicle releases resources in the calling thread from now on.
            BackgroundResourceReleaser.stop();
            stopped = true;
        }
        removeShutdownHook();
    }

    /** Removes the shutdown hook, unless it does more than to release resources that are released by now. */
    private static void removeShutdownHook() {
        PriorityHook hook = PriorityHook.getRegisteredHook();
        if (hook == null) {
            return;
        }
        Map<?, ?> tasks = Objects.requireNonNull(Jvm.<Map<?, ?>>getValue(hook, "hookletPool"));
        if (tasks.size() > 1) {
            // The application has maps of its own that Chronicle closes when the JVM ends.
            return;
        }
        try {
            PriorityHook.clear();
        } catch (IllegalStateException e) {
            // The JVM is ending, and calls the hook now.
        }
    }
}
