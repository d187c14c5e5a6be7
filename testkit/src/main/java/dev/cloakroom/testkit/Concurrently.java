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

/** Runs things on several threads that start together. */
public final class Concurrently {

    private static final long DEADLINE_SECONDS = Effort.times(120);

    private Concurrently() {}

    /** What one of the threads does. */
    @FunctionalInterface
    public interface Task<T> {
        /** Does it. */
        T run(int thread) throws Exception;
    }

    /**
     * Runs a task on some threads, from the same moment on, and returns the results by thread.
     *
     * @throws AssertionError if one of them throws, or is not done after two minutes
     */
    public static <T> List<T> run(int threads, Task<T> task) {
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
            throw new AssertionError("the threads are not done", e);
        } finally {
            executor.shutdownNow();
        }
    }

    /** Runs several different things, from the same moment on, and returns their results in order. */
    @SafeVarargs
    public static <T> List<T> all(Task<? extends T>... tasks) {
        return run(tasks.length, thread -> (T) tasks[thread].run(thread));
    }
}
