package dev.cloakroom.testkit;

import dev.cloakroom.store.AsyncSessionStore;
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

/** Passes every call on to a store, counts the calls and keeps the written records. A test can make it fail. */
class WatchedStore implements SessionStore {

    final AtomicInteger reads = new AtomicInteger();
    final AtomicInteger writes = new AtomicInteger();
    final AtomicInteger touches = new AtomicInteger();
    final AtomicInteger indexReads = new AtomicInteger();
    final Queue<SessionRecord> written = new ConcurrentLinkedQueue<>();
    volatile @Nullable RuntimeException failure;

    /** Makes touches fail, and no other call. */
    volatile @Nullable RuntimeException touchFailure;

    /** Runs before the next write, once. */
    volatile @Nullable Runnable beforeWrite;

    /** Runs before the next read of the index, once. */
    volatile @Nullable Runnable beforeIndexRead;

    private final SessionStore store;

    WatchedStore(SessionStore store) {
        this.store = store;
    }

    /** Returns a store that passes every call on, with asynchronous methods if the given store has them. */
    static WatchedStore of(SessionStore store) {
        return store instanceof AsyncSessionStore async ? new WatchedAsyncStore(async) : new WatchedStore(store);
    }

    SessionStore watched() {
        return store;
    }

    final void check() {
        RuntimeException thrown = failure;
        if (thrown != null) {
            throw thrown;
        }
    }

    final void noteRead() {
        check();
        reads.incrementAndGet();
    }

    final void noteWrite(SessionRecord record) {
        noteWrite();
        written.add(record);
    }

    final void noteTouch() {
        check();
        RuntimeException thrown = touchFailure;
        if (thrown != null) {
            throw thrown;
        }
        touches.incrementAndGet();
    }

    final void noteIndexRead() {
        check();
        Runnable first = beforeIndexRead;
        beforeIndexRead = null;
        if (first != null) {
            first.run();
        }
        indexReads.incrementAndGet();
    }

    final void noteWrite() {
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
        noteRead();
        return store.load(key);
    }

    @Override
    public boolean insert(SessionRecord record) {
        noteWrite(record);
        return store.insert(record);
    }

    @Override
    public boolean replace(SessionRecord record) {
        noteWrite(record);
        return store.replace(record);
    }

    @Override
    public boolean touch(SessionKey key, long instant) {
        noteTouch();
        return store.touch(key, instant);
    }

    @Override
    public boolean delete(SessionKey key) {
        noteWrite();
        return store.delete(key);
    }

    @Override
    public List<SessionRecord> byPrincipal(PrincipalKey principal) {
        noteIndexRead();
        return store.byPrincipal(principal);
    }

    @Override
    public int sweep(long now, int limit, Consumer<? super SessionRecord> removed) {
        check();
        return store.sweep(now, limit, removed);
    }

    /** Returns how many of the written sessions the store still has. Exact, while {@link #size} may be an estimate. */
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
