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
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A store whose answers take a while and arrive on a thread of its own, as those of other machines do. Its blocking calls
 * fail on threads that must not block.
 */
public final class SlowStore implements AsyncSessionStore {

    private static final long DELAY_MILLIS = 20;

    private final SessionStore store = HeapSessionStore.create();
    private final ScheduledExecutorService answers = Executors.newSingleThreadScheduledExecutor();
    private final Predicate<Thread> mustNotBlock;
    private volatile boolean unavailable;

    public SlowStore(Predicate<Thread> mustNotBlock) {
        this.mustNotBlock = mustNotBlock;
    }

    /** Makes it answer with a failure, or as usual again. */
    public void unavailable(boolean fails) {
        unavailable = fails;
    }

    private SessionStore blocking() {
        Thread thread = Thread.currentThread();
        if (mustNotBlock.test(thread)) {
            throw new AssertionError("a blocking call on " + thread.getName());
        }
        return store;
    }

    private <T> CompletionStage<T> later(Supplier<T> call) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        answers.schedule(
                () -> {
                    if (unavailable) {
                        answer.completeExceptionally(new StoreUnavailableException("a test has it fail"));
                    } else {
                        answer.complete(call.get());
                    }
                },
                DELAY_MILLIS,
                TimeUnit.MILLISECONDS);
        return answer;
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
