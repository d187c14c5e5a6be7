package dev.cloakroom.store;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps sessions on this process's heap: the embedded default, and the fastest. They are gone when the process ends.
 *
 * <p><b>Bounded.</b> It holds at most {@link Builder#maximumSessions} sessions. When it is full, a new session takes
 * the place of an anonymous one; a session with a principal is never evicted. When there is no anonymous session to
 * evict, new ones are refused with {@link StoreFullException}.
 *
 * <p><b>Under a flood</b> of requests that each start an anonymous session, the victims are sessions that were never
 * used after the request that made them, the one idle longest first; a visitor who came back is evicted only when a
 * sample holds no such one. So a flood displaces itself, and whoever is logged in does not notice.
 *
 * <p>Safe for use by any number of threads. Reads take no lock.
 */
/*
 * How the index stays exact.
 *
 * records is the truth. index names, for a principal, the keys that may belong to it: a superset, which byPrincipal
 * narrows by looking at each record. It must never lack a key whose record has the principal. So a record gains a
 * principal only inside index.compute(principal), where the key is added to the set under the same lock; and a key
 * leaves a set only after its record is gone or has another principal, again under that lock, after a second look.
 * A reader copies the set under the lock, hence sees every binding that returned before. Locks nest one way, index
 * before records, and no user code runs inside.
 *
 * Why eviction samples. A queue of anonymous sessions would need an entry for each session ever made and would keep
 * entries of sessions that logged in or ended, until someone cleans it. A hand that goes round the table needs no
 * memory, and the choice among a few samples approximates the order well enough (the same reasoning as Redis's
 * approximated LRU).
 */
public final class HeapSessionStore implements EvictingSessionStore {

    /** What a typical session takes, all told; only the default bound depends on it. */
    private static final long TYPICAL_SESSION_BYTES = 1024;

    private static final int EVICTION_SAMPLE = 8;
    private static final int EVICTION_STEPS = 4096;

    private final long maximumSessions;
    private final RecordTable records = new RecordTable();
    private final ConcurrentHashMap<PrincipalKey, Set<SessionKey>> index = new ConcurrentHashMap<>();
    private final AtomicLong size = new AtomicLong();
    private final AtomicLong anonymous = new AtomicLong();

    private final ReentrantLock sweeping = new ReentrantLock();
    private final RecordTable.Hand sweepHand = records.hand();

    private final ReentrantLock evicting = new ReentrantLock();
    private final RecordTable.Hand evictionHand = records.hand();
    private volatile Consumer<? super SessionRecord> evictionListener = record -> {};

    private HeapSessionStore(long maximumSessions) {
        this.maximumSessions = maximumSessions;
    }

    /** Returns an empty store with the default bound: as many sessions of 1 KiB as fit a quarter of the heap. */
    public static HeapSessionStore create() {
        return builder().build();
    }

    /** Returns a builder with the default settings. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public @Nullable SessionRecord load(SessionKey key) {
        return records.get(key);
    }

    @Override
    public boolean insert(SessionRecord record) {
        Objects.requireNonNull(record, "record");
        SessionRecord own = record.copy(record.lastAccess());
        if (size.get() >= maximumSessions && records.get(own.key()) != null) {
            return false;
        }
        reserveRoom();
        boolean inserted = false;
        try {
            inserted = own.principal() == null
                    ? records.putIfAbsent(own)
                    : bind(own.principal(), own.key(), () -> records.putIfAbsent(own));
        } finally {
            if (!inserted) {
                size.decrementAndGet();
            }
        }
        if (inserted && record.principal() == null) {
            anonymous.incrementAndGet();
        }
        return inserted;
    }

    @Override
    public boolean replace(SessionRecord record) {
        long expectedVersion = record.previousVersion();
        while (true) {
            SessionRecord current = records.get(record.key());
            if (current == null || current.version() != expectedVersion) {
                return false;
            }
            if (swap(current, record.copy(record.lastAccess()))) {
                return true;
            }
        }
    }

    private boolean swap(SessionRecord current, SessionRecord next) {
        PrincipalKey before = current.principal();
        PrincipalKey after = next.principal();
        if (Objects.equals(before, after)) {
            return records.replace(current, next);
        }
        boolean swapped = after == null
                ? records.replace(current, next)
                : bind(after, next.key(), () -> records.replace(current, next));
        if (swapped) {
            if (before == null) {
                anonymous.decrementAndGet();
            } else {
                unbind(before, next.key());
            }
            if (after == null) {
                anonymous.incrementAndGet();
            }
        }
        return swapped;
    }

    @Override
    public boolean touch(SessionKey key, long instant) {
        return records.touch(key, instant);
    }

    @Override
    public boolean delete(SessionKey key) {
        SessionRecord removed = records.remove(key);
        if (removed == null) {
            return false;
        }
        forget(removed);
        return true;
    }

    @Override
    public List<SessionRecord> byPrincipal(PrincipalKey principal) {
        List<SessionKey> keys = new ArrayList<>();
        index.computeIfPresent(principal, (same, bound) -> {
            keys.addAll(bound);
            return bound;
        });
        List<SessionRecord> found = new ArrayList<>(keys.size());
        for (SessionKey key : keys) {
            SessionRecord record = records.get(key);
            if (record != null && principal.equals(record.principal())) {
                found.add(record);
            }
        }
        return found;
    }

    @Override
    public int sweep(long now, int limit, Consumer<? super SessionRecord> removed) {
        if (!sweeping.tryLock()) {
            return 0;
        }
        try {
            int count = 0;
            for (int looked = 0; looked < limit; looked++) {
                SessionRecord record = sweepHand.next();
                if (record == null) {
                    record = looked == 0 ? sweepHand.next() : null;
                }
                if (record == null) {
                    break;
                }
                if (record.isExpired(now) && records.removeIf(record, same -> same.isExpired(now))) {
                    forget(record);
                    removed.accept(record);
                    count++;
                }
            }
            return count;
        } finally {
            sweeping.unlock();
        }
    }

    @Override
    public long size() {
        return size.get();
    }

    /** Returns how many sessions have no principal; an estimate while others write. */
    public long anonymousSessions() {
        return anonymous.get();
    }

    /** Returns the bound on the number of sessions. */
    public long maximumSessions() {
        return maximumSessions;
    }

    @Override
    public void onEviction(Consumer<? super SessionRecord> listener) {
        evictionListener = Objects.requireNonNull(listener, "listener");
    }

    /** Drops all sessions. */
    @Override
    public void close() {
        RecordTable.Hand hand = records.hand();
        for (SessionRecord record = hand.next(); record != null; record = hand.next()) {
            delete(record.key());
        }
    }

    private void reserveRoom() {
        if (size.incrementAndGet() <= maximumSessions) {
            return;
        }
        try {
            if (!evictOne()) {
                throw new StoreFullException("the heap store holds its maximum of " + maximumSessions
                        + " sessions, and none of them is anonymous and could be evicted");
            }
        } catch (RuntimeException e) {
            size.decrementAndGet();
            throw e;
        }
    }

    private boolean evictOne() {
        SessionRecord victim = null;
        long access = 0;
        evicting.lock();
        try {
            int samples = 0;
            for (int step = 0; step < EVICTION_STEPS && samples < EVICTION_SAMPLE && anonymous.get() > 0; step++) {
                SessionRecord candidate = evictionHand.next();
                if (candidate != null && candidate.principal() == null) {
                    victim = victim == null ? candidate : lessUsed(victim, candidate);
                    access = victim.lastAccess();
                    samples++;
                }
            }
            // Fails if the victim logged in, was touched or ended since: then the next round chooses again.
            if (victim != null && !removeUnused(victim, access)) {
                return evictOne();
            }
        } finally {
            evicting.unlock();
        }
        if (victim == null) {
            return false;
        }
        forget(victim);
        evictionListener.accept(victim);
        return true;
    }

    private boolean removeUnused(SessionRecord victim, long access) {
        return records.removeIf(victim, same -> same.lastAccess() == access);
    }

    private static SessionRecord lessUsed(SessionRecord one, SessionRecord other) {
        boolean oneCameBack = one.lastAccess() > one.createdAt();
        boolean otherCameBack = other.lastAccess() > other.createdAt();
        if (oneCameBack != otherCameBack) {
            return oneCameBack ? other : one;
        }
        return one.lastAccess() <= other.lastAccess() ? one : other;
    }

    /** Accounts for a record that was just removed. */
    private void forget(SessionRecord removed) {
        size.decrementAndGet();
        if (removed.principal() == null) {
            anonymous.decrementAndGet();
        } else {
            unbind(removed.principal(), removed.key());
        }
    }

    /** Runs a write that gives a record its principal, and adds the key to the principal's set in the same breath. */
    private boolean bind(PrincipalKey principal, SessionKey key, Write write) {
        boolean[] done = new boolean[1];
        index.compute(principal, (same, bound) -> {
            done[0] = write.attempt();
            if (!done[0]) {
                return bound;
            }
            Set<SessionKey> keys = bound == null ? new LinkedHashSet<>(4) : bound;
            keys.add(key);
            return keys;
        });
        return done[0];
    }

    private void unbind(PrincipalKey principal, SessionKey key) {
        index.computeIfPresent(principal, (same, bound) -> {
            SessionRecord now = records.get(key);
            if (now == null || !principal.equals(now.principal())) {
                bound.remove(key);
            }
            return bound.isEmpty() ? null : bound;
        });
    }

    private interface Write {
        boolean attempt();
    }

    /** Settings of a {@link HeapSessionStore}. Not thread-safe. */
    public static final class Builder {

        private long maximumSessions = Math.max(1_000, Runtime.getRuntime().maxMemory() / 4 / TYPICAL_SESSION_BYTES);

        private Builder() {}

        /**
         * Sets how many sessions the store may hold.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder maximumSessions(long sessions) {
            if (sessions < 1) {
                throw new IllegalArgumentException("maximumSessions must be positive: " + sessions);
            }
            maximumSessions = sessions;
            return this;
        }

        /** Returns an empty store with these settings. */
        public HeapSessionStore build() {
            return new HeapSessionStore(maximumSessions);
        }
    }
}
