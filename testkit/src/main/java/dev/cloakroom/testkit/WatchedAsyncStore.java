package dev.cloakroom.testkit;

import dev.cloakroom.store.AsyncSessionStore;
import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Watches a store's asynchronous calls as well. Sessions are read after their touches that are under way: an engine does
 * not wait for these, and a test's clock goes on by minutes meanwhile, which no touch takes.
 */
final class WatchedAsyncStore extends WatchedStore implements AsyncSessionStore {

    private final AsyncSessionStore store;
    private final Map<SessionKey, CompletionStage<Boolean>> underWay = new ConcurrentHashMap<>();

    WatchedAsyncStore(AsyncSessionStore store) {
        super(store);
        this.store = store;
    }

    private static <T extends @Nullable Object> CompletionStage<T> noted(
            Runnable note, Supplier<CompletionStage<T>> call) {
        try {
            note.run();
        } catch (RuntimeException failure) {
            return CompletableFuture.failedFuture(failure);
        }
        return call.get();
    }

    @Override
    public @Nullable SessionRecord load(SessionKey key) {
        touched(key).toCompletableFuture().join();
        return super.load(key);
    }

    @Override
    public CompletionStage<@Nullable SessionRecord> loadAsync(SessionKey key) {
        return noted(this::noteRead, () -> touched(key).thenCompose(done -> store.loadAsync(key)));
    }

    /** Completes when no touch of a session is under way, whether it succeeded or not. */
    private CompletionStage<Boolean> touched(SessionKey key) {
        CompletionStage<Boolean> touch = underWay.get(key);
        return touch == null ? CompletableFuture.completedStage(true) : touch.exceptionally(failure -> false);
    }

    @Override
    public CompletionStage<Boolean> insertAsync(SessionRecord record) {
        return noted(() -> noteWrite(record), () -> store.insertAsync(record));
    }

    @Override
    public CompletionStage<Boolean> replaceAsync(SessionRecord record) {
        return noted(() -> noteWrite(record), () -> store.replaceAsync(record));
    }

    @Override
    public CompletionStage<Boolean> touchAsync(SessionKey key, long instant) {
        return noted(this::noteTouch, () -> {
            CompletionStage<Boolean> touch = store.touchAsync(key, instant);
            underWay.put(key, touch);
            return touch.whenComplete((stored, failure) -> underWay.remove(key, touch));
        });
    }

    @Override
    public CompletionStage<Boolean> deleteAsync(SessionKey key) {
        return noted(this::noteWrite, () -> store.deleteAsync(key));
    }

    @Override
    public CompletionStage<List<SessionRecord>> byPrincipalAsync(PrincipalKey principal) {
        return noted(this::noteIndexRead, () -> allTouched().thenCompose(done -> store.byPrincipalAsync(principal)));
    }

    @Override
    public List<SessionRecord> byPrincipal(PrincipalKey principal) {
        allTouched().toCompletableFuture().join();
        return super.byPrincipal(principal);
    }

    @Override
    public int sweep(long now, int limit, Consumer<? super SessionRecord> removed) {
        allTouched().toCompletableFuture().join();
        return super.sweep(now, limit, removed);
    }

    private CompletionStage<Boolean> allTouched() {
        CompletionStage<Boolean> all = CompletableFuture.completedStage(true);
        for (SessionKey key : underWay.keySet()) {
            all = all.thenCombine(touched(key), Boolean::logicalAnd);
        }
        return all;
    }
}
