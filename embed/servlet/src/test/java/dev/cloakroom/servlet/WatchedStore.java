package dev.cloakroom.servlet;

import dev.cloakroom.store.HeapSessionStore;
import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import dev.cloakroom.store.SessionStore;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The heap store, whose calls are counted and which can be told to fail. */
final class WatchedStore implements SessionStore {

    final AtomicInteger reads = new AtomicInteger();
    final AtomicInteger writes = new AtomicInteger();
    volatile @Nullable RuntimeException failure;

    private final SessionStore store = HeapSessionStore.create();

    private void check() {
        RuntimeException thrown = failure;
        if (thrown != null) {
            throw thrown;
        }
    }

    @Override
    public @Nullable SessionRecord load(SessionKey key) {
        check();
        reads.incrementAndGet();
        return store.load(key);
    }

    @Override
    public boolean insert(SessionRecord record) {
        check();
        writes.incrementAndGet();
        return store.insert(record);
    }

    @Override
    public boolean replace(SessionRecord record) {
        check();
        writes.incrementAndGet();
        return store.replace(record);
    }

    @Override
    public boolean touch(SessionKey key, long lastAccess) {
        check();
        return store.touch(key, lastAccess);
    }

    @Override
    public boolean delete(SessionKey key) {
        check();
        return store.delete(key);
    }

    @Override
    public List<SessionRecord> byPrincipal(PrincipalKey principal) {
        check();
        return store.byPrincipal(principal);
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
    public SessionKey newKey(SecureRandom random) {
        return store.newKey(random);
    }

    @Override
    public void close() {
        store.close();
    }
}
