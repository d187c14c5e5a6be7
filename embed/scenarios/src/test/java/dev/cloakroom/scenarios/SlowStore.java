package dev.cloakroom.scenarios;

import dev.cloakroom.store.AsyncSessionStore;
import dev.cloakroom.store.HeapSessionStore;
import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import dev.cloakroom.store.SessionStore;
import dev.cloakroom.store.StoreUnavailableException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A store whose asynchronous answers take a while and arrive on a thread of its own, as those of other machines do. Its
 * blocking calls fail on threads that must not block.
 *
 * <p>It can hang. Then all calls wait until their deadline, which the test sets.
 */
public final class SlowStore implements AsyncSessionStore {

    private static final long DELAY_MILLIS = 20;

    private final SessionStore store = HeapSessionStore.create();
    private final ScheduledExecutorService answers = Executors.newSingleThreadScheduledExecutor();
    private final Predicate<Thread> mustNotBlock;
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile boolean unavailable;

    /** Complete, unless the store hangs. */
    private volatile CompletableFuture<?> deadline = CompletableFuture.completedFuture(null);

    public SlowStore(Predicate<Thread> mustNotBlock) {
        this.mustNotBlock = mustNotBlock;
    }

    /** Makes it answer with a failure, or as usual again. */
    public void unavailable(boolean fails) {
        unavailable = fails;
    }

    /** Makes all calls wait, as those to a node that hangs. */
    public void hang() {
        waiting.set(0);
        deadline = new CompletableFuture<>();
    }

    /** Waits until a number of calls wait. */
    public void awaitWaiting(int calls) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (waiting.get() < calls) {
            if (System.nanoTime() > end) {
                throw new AssertionError(waiting.get() + " calls of " + calls + " reached the store");
            }
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    /** Makes the calls that wait fail, as at their deadline, and further ones at once. */
    public void passDeadline() {
        unavailable = true;
        deadline.complete(null);
    }

    private SessionStore blocking() {
        Thread thread = Thread.currentThread();
        if (mustNotBlock.test(thread)) {
            throw new AssertionError("a blocking call on " + thread.getName());
        }
        waiting.incrementAndGet();
        deadline.join();
        if (unavailable) {
            throw failure();
        }
        return store;
    }

    private static StoreUnavailableException failure() {
        return new StoreUnavailableException("a test has it fail");
    }

    private <T> CompletionStage<T> later(Supplier<T> call) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        waiting.incrementAndGet();
        deadline.thenRun(() -> answers.schedule(() -> answer(answer, call), DELAY_MILLIS, TimeUnit.MILLISECONDS));
        return answer;
    }

    private <T> void answer(CompletableFuture<T> answer, Supplier<T> call) {
        if (unavailable) {
            answer.completeExceptionally(failure());
        } else {
            answer.complete(call.get());
        }
    }

    @Override
    public CompletionStage<SessionRecord> loadAsync(SessionKey key) {
        return later(() -> store.load(key));
    }

    @Override
    public CompletionStage<Boolean> insertAsync(SessionRecord record) {
        return later(() -> store.insert(record));
    }

    @Override
    public CompletionStage<Boolean> replaceAsync(SessionRecord record) {
        return later(() -> store.replace(record));
    }

    @Override
    public CompletionStage<Boolean> touchAsync(SessionKey key, long instant) {
        return later(() -> store.touch(key, instant));
    }

    @Override
    public CompletionStage<Boolean> deleteAsync(SessionKey key) {
        return later(() -> store.delete(key));
    }

    @Override
    public CompletionStage<List<SessionRecord>> byPrincipalAsync(PrincipalKey principal) {
        return later(() -> store.byPrincipal(principal));
    }

    @Override
    public SessionRecord load(SessionKey key) {
        return blocking().load(key);
    }

    @Override
    public boolean insert(SessionRecord record) {
        return blocking().insert(record);
    }

    @Override
    public boolean replace(SessionRecord record) {
        return blocking().replace(record);
    }

    @Override
    public boolean touch(SessionKey key, long instant) {
        return blocking().touch(key, instant);
    }

    @Override
    public boolean delete(SessionKey key) {
        return blocking().delete(key);
    }

    @Override
    public List<SessionRecord> byPrincipal(PrincipalKey principal) {
        return blocking().byPrincipal(principal);
    }

    @Override
    public int sweep(long now, int limit, Consumer<? super SessionRecord> removed) {
        return store.sweep(now, limit, removed);
    }

    @Override
    public long size() {
        return store.size();
    }

    @Override
    public boolean leavesMemory() {
        return store.leavesMemory();
    }

    @Override
    public void close() {
        answers.shutdownNow();
        store.close();
    }
}
