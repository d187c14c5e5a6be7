package dev.cloakroom.chronicle;

import dev.cloakroom.store.StoreUnavailableException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs what a virtual thread asks for on a few platform threads.
 *
 * <p>Chronicle Map keeps some kilobytes for each thread that ever used a map, and a new thread goes through the list of
 * all of them: fine for hundreds, hopeless for hundreds of thousands. A virtual thread that waits for a platform thread
 * costs a few microseconds and blocks no carrier.
 */
final class PlatformThreads implements AutoCloseable {

    private static final @Nullable MethodHandle IS_VIRTUAL = isVirtual();

    private final ExecutorService pool;

    PlatformThreads() {
        AtomicInteger number = new AtomicInteger();
        pool = Executors.newFixedThreadPool(4 * Runtime.getRuntime().availableProcessors(), task -> {
            Thread thread = new Thread(task, "cloakroom-chronicle-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    private static @Nullable MethodHandle isVirtual() {
        try {
            return MethodHandles.publicLookup()
                    .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
        } catch (NoSuchMethodException | IllegalAccessException e) {
            // Java before 21 has none.
            return null;
        }
    }

    /** Returns whether the present thread should not touch a map itself. */
    static boolean needed() {
        try {
            return IS_VIRTUAL != null && (boolean) IS_VIRTUAL.invokeExact(Thread.currentThread());
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Runs a call on a platform thread and waits for what becomes of it. */
    <T extends @Nullable Object> T call(Supplier<T> call) {
        try {
            return CompletableFuture.supplyAsync(call, pool).join();
        } catch (RejectedExecutionException e) {
            // It was closed since the caller looked whether it was.
            throw StoreUnavailableException.closed();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        pool.shutdown();
    }
}
