package dev.cloakroom.testing;

import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import dev.cloakroom.store.SessionStore;
import java.security.SecureRandom;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Passes everything on to a store, counts the calls and keeps what was written. Can be told to fail. */
final class WatchedStore implements SessionStore {

    final AtomicInteger reads = new AtomicInteger();
    final AtomicInteger writes = new AtomicInteger();
    final AtomicInteger touches = new AtomicInteger();
    final AtomicInteger indexReads = new AtomicInteger();
    final Queue<SessionRecord> written = new ConcurrentLinkedQueue<>();
    volatile @Nullable RuntimeException failure;

    /** Is run before each write, once; then forgotten. */
    volatile @Nullable Runnable beforeWrite;

    private final SessionStore store;

    WatchedStore(SessionStore store) {
        this.store = store;
    }

    SessionStore watched() {
        return store;
    }

    private void check() {
        RuntimeException thrown = failure;
        if (thrown != null) {
            throw thrown;
        }
    }

    private void noteWrite() {
        check();
        Runnable first = beforeWrite;
        beforeWrite = null;
        if (first != null) {
            first.run();
        }
        writes.incrementAndGet();
    }

    @Override
    public @Nullable SessionRecord load(SessionKey key) {
        check();
        reads.incrementAndGet();
        return store.load(key);
    }

    @Override
    public boolean insert(SessionRecord record) {
        noteWrite();
        written.add(record);
        return store.insert(record);
    }

    @Override
    public boolean replace(SessionRecord record) {
        noteWrite();
        written.add(record);
        return store.replace(record);
    }

    @Override
    public boolean touch(SessionKey key, long instant) {
        check();
        touches.incrementAndGet();
        return store.touch(key, instant);
    }

    @Override
    public boolean delete(SessionKey key) {
        noteWrite();
        return store.delete(key);
    }

    @Override
    public List<SessionRecord> byPrincipal(PrincipalKey principal) {
        check();
        indexReads.incrementAndGet();
        return store.byPrincipal(principal);
    }

    @Override
    public int sweep(long now, int limit, Consumer<? super SessionRecord> removed) {
        check();
        return store.sweep(now, limit, removed);
    }

    /** Returns how many of the sessions that were written are there, exactly, as {@link #size} need not be. */
    long sessions() {
        return written.stream()
                .map(SessionRecord::key)
                .distinct()
                .filter(key -> store.load(key) != null)
                .count();
    }

    @Override
    public long size() {
        return store.size();
    }

    @Override
    public SessionKey newKey(SecureRandom random) {
        return store.newKey(random);
    }

    @Override
    public boolean leavesMemory() {
        return store.leavesMemory();
    }

    @Override
    public void close() {
        store.close();
    }
}
