package dev.cloakroom.chronicle;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/** Waits that continue after an interrupt. */
final class Uninterrupted {

    private Uninterrupted() {}

    /** Waits until all tasks of an executor have ended. Restores the calling thread's interrupt. */
    static void awaitTermination(ExecutorService executor) {
        boolean interrupted = false;
        while (true) {
            try {
                if (executor.awaitTermination(1, TimeUnit.MINUTES)) {
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
