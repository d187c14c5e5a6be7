package dev.cloakroom.testkit;

import dev.cloakroom.store.AsyncSessionStore;
import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Watches a store's asynchronous calls as well. */
final class WatchedAsyncStore extends WatchedStore implements AsyncSessionStore {

    private final AsyncSessionStore store;

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
    public CompletionStage<@Nullable SessionRecord> loadAsync(SessionKey key) {
        return noted(this::noteRead, () -> store.loadAsync(key));
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
        return noted(this::noteTouch, () -> store.touchAsync(key, instant));
    }

    @Override
    public CompletionStage<Boolean> deleteAsync(SessionKey key) {
        return noted(this::noteWrite, () -> store.deleteAsync(key));
    }

    @Override
    public CompletionStage<List<SessionRecord>> byPrincipalAsync(PrincipalKey principal) {
        return noted(this::noteIndexRead, () -> store.byPrincipalAsync(principal));
    }
}
