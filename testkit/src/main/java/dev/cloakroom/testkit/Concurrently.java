package dev.cloakroom.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Runs tasks on several threads that start together. */
public final class Concurrently {

    private static final long DEADLINE_SECONDS = Effort.times(120);

    private Concurrently() {}

    /** A task for one of the threads, which are numbered from 0. */
    @FunctionalInterface
    public interface Task<T extends @Nullable Object> {
        /** Runs on one thread. Returns the thread's result, or null if there is none. */
        T run(int thread) throws Exception;
    }

    /**
     * Runs a task on several threads that start together. Returns the results in the order of the threads' numbers.
     *
     * @throws AssertionError if a thread throws, or runs for more than two minutes (times the {@link Effort})
     */
    public static <T extends @Nullable Object> List<T> run(int threads, Task<T> task) {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            CyclicBarrier start = new CyclicBarrier(threads);
            List<Future<T>> futures = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                int number = thread;
                futures.add(executor.submit(() -> {
                    start.await(DEADLINE_SECONDS, TimeUnit.SECONDS);
                    return task.run(number);
                }));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get(DEADLINE_SECONDS, TimeUnit.SECONDS));
            }
            return results;
        } catch (ExecutionException e) {
            throw new AssertionError("a thread failed", e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("the threads did not finish in time", e);
        } finally {
            executor.shutdownNow();
        }
    }

    /** Runs each task on its own thread. The threads start together. Returns the results in the order of the tasks. */
    @SafeVarargs
    public static <T extends @Nullable Object> List<T> all(Task<? extends T>... tasks) {
        return run(tasks.length, thread -> (T) tasks[thread].run(thread));
    }
}
