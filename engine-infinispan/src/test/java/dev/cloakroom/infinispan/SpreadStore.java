package dev.cloakroom.infinispan;

import dev.cloakroom.store.AsyncSessionStore;
import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The stores of several nodes of a cluster as one: each call is made on any of them, but for a sweep, which all make. */
final class SpreadStore implements AsyncSessionStore {

    private final List<InfinispanSessionStore> stores;

    SpreadStore(List<InfinispanSessionStore> stores) {
        this.stores = stores;
    }

    private InfinispanSessionStore any() {
        return stores.get(ThreadLocalRandom.current().nextInt(stores.size()));
    }

    List<InfinispanSessionStore> stores() {
        return stores;
    }

    @Override
    public @Nullable SessionRecord load(SessionKey key) {
        return any().load(key);
    }

    @Override
    public boolean insert(SessionRecord record) {
        return any().insert(record);
    }

    @Override
    public boolean replace(SessionRecord record) {
        return any().replace(record);
    }

    @Override
    public boolean touch(SessionKey key, long instant) {
        return any().touch(key, instant);
    }

    @Override
    public boolean delete(SessionKey key) {
        return any().delete(key);
    }

    @Override
    public List<SessionRecord> byPrincipal(PrincipalKey principal) {
        return any().byPrincipal(principal);
    }

    @Override
    public int sweep(long now, int limit, Consumer<? super SessionRecord> removed) {
        int share = Math.max(1, limit / stores.size());
        return stores.stream()
                .mapToInt(store -> store.sweep(now, share, removed))
                .sum();
    }

    @Override
    public long size() {
        return any().size();
    }

    @Override
    public SessionKey newKey(SecureRandom random) {
        return any().newKey(random);
    }

    @Override
    public boolean leavesMemory() {
        return any().leavesMemory();
    }

    @Override
    public CompletionStage<@Nullable SessionRecord> loadAsync(SessionKey key) {
        return any().loadAsync(key);
    }

    @Override
    public CompletionStage<Boolean> insertAsync(SessionRecord record) {
        return any().insertAsync(record);
    }

    @Override
    public CompletionStage<Boolean> replaceAsync(SessionRecord record) {
        return any().replaceAsync(record);
    }

    @Override
    public CompletionStage<Boolean> touchAsync(SessionKey key, long instant) {
        return any().touchAsync(key, instant);
    }

    @Override
    public CompletionStage<Boolean> deleteAsync(SessionKey key) {
        return any().deleteAsync(key);
    }

    @Override
    public CompletionStage<List<SessionRecord>> byPrincipalAsync(PrincipalKey principal) {
        return any().byPrincipalAsync(principal);
    }

    @Override
    public void close() {
        stores.forEach(InfinispanSessionStore::close);
    }
}
