package dev.cloakroom.chronicle;

import dev.cloakroom.store.StoreUnavailableException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs the calls of virtual threads on a few platform threads.
 *
 * <p>Chronicle Map keeps some kilobytes for each thread that ever used a map, and each new thread scans the list of
 * these threads. This works for hundreds of threads, and not for hundreds of thousands. Waiting for a platform thread
 * costs a virtual thread a few microseconds, and does not block its carrier.
 */
final class PlatformThreads implements AutoCloseable {

    private static final @Nullable MethodHandle IS_VIRTUAL = isVirtual();

    private final ExecutorService pool;
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    PlatformThreads() {
        AtomicInteger number = new AtomicInteger();
        pool = Executors.newFixedThreadPool(4 * Runtime.getRuntime().availableProcessors(), task -> {
            Thread thread = new Thread(task, "cloakroom-chronicle-" + number.incrementAndGet());
            thread.setDaemon(true);
            threads.add(thread);
            return thread;
        });
    }

    private static @Nullable MethodHandle isVirtual() {
        try {
            return MethodHandles.publicLookup()
                    .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
        } catch (NoSuchMethodException | IllegalAccessException e) {
            // Java before 21 has no virtual threads.
            return null;
        }
    }

    /** Returns whether the current thread must not use a map itself. */
    static boolean needed() {
        try {
            return IS_VIRTUAL != null && (boolean) IS_VIRTUAL.invokeExact(Thread.currentThread());
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Runs a call on a platform thread. Returns its result or throws its exception. */
    <T extends @Nullable Object> T call(Supplier<T> call) {
        try {
            return CompletableFuture.supplyAsync(call, pool).join();
        } catch (RejectedExecutionException e) {
            // The store was closed after the caller's check.
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

    /** Stops the threads. Waits until their calls have returned, unless one of the threads calls this method. */
    @Override
    public void close() {
        pool.shutdown();
        if (threads.contains(Thread.currentThread())) {
            return;
        }
        Uninterrupted.awaitTermination(pool);
    }
}
