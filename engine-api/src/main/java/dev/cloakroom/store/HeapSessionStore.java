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
 * Stores sessions on the heap of this process. It is the default store, and the fastest. Sessions do not outlive the
 * process.
 *
 * <p><b>Bound.</b> The sessions take at most {@link Builder#maxBytes} bytes of the heap, by default a quarter of it. An
 * optional bound limits {@linkplain Builder#maxSessions their number}. When the store is full, a write that needs room
 * evicts anonymous sessions, never a session with a principal. If their eviction does not make enough room, the write
 * throws {@link StoreFullException}. A session larger than the whole bound is refused with
 * {@link RecordTooLargeException}.
 *
 * <p><b>Eviction.</b> The store evicts the session that is idle longest of a small sample. It first evicts sessions
 * that were used in one request only, so that a flood of anonymous sessions displaces itself and not returning
 * visitors.
 *
 * <p>Thread-safe. Reads take no lock.
 */
/*
 * How the index stays exact.
 *
 * records is the truth. index holds, for a principal, the keys that may belong to it: a superset, which byPrincipal
 * narrows by looking at each record. It must never lack a key whose record has the principal. So a record gains a
 * principal only inside index.compute(principal), where the key is added to the set under the same lock; and a key
 * leaves a set only after its record is gone or has another principal, again under that lock, after a second look.
 * A reader copies the set under the lock, hence sees every binding that returned before. Locks nest one way, index
 * before records, and no user code runs inside.
 *
 * How the bound holds. A write adds what it will take to the counters before it writes, and subtracts it if it fails.
 * If the sum is beyond the bound, it evicts as much as it added itself beyond the bound, no more: so concurrent writers
 * do not each evict for all of them. Table slots are counted as a share of each record, so that the growth of a table
 * needs no reservation.
 *
 * Why eviction samples. A queue of anonymous sessions would need an entry for each session ever made and would keep
 * entries of sessions that logged in or ended, until they are cleaned up. A hand that goes round the table needs no
 * memory, and the choice among a few samples approximates the order well enough (the same reasoning as Redis's
 * approximated LRU).
 */
public final class HeapSessionStore implements EvictingSessionStore {

    private static final int EVICTION_SAMPLE = 8;
    private static final int EVICTION_STEPS = 4096;

    private final long maxBytes;
    private final long maxSessions;
    private final RecordTable records = new RecordTable();
    private final ConcurrentHashMap<PrincipalKey, Set<SessionKey>> index = new ConcurrentHashMap<>();

    private final AtomicLong size = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong anonymous = new AtomicLong();
    private final AtomicLong anonymousBytes = new AtomicLong();

    private final ReentrantLock sweeping = new ReentrantLock();
    private final RecordTable.Hand sweepHand = records.hand();

    private final ReentrantLock evicting = new ReentrantLock();
    private final RecordTable.Hand evictionHand = records.hand();
    private volatile Consumer<? super SessionRecord> evictionListener = record -> {};

    private HeapSessionStore(long maxBytes, long maxSessions) {
        this.maxBytes = maxBytes;
        this.maxSessions = maxSessions;
    }

    /** Returns an empty store with the default bound. */
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
        SessionRecord own = record.copy(record.lastAccess());
        requireOpen();
        PrincipalKey principal = own.principal();
        Room room = new Room(Footprint.of(own) + (principal == null ? 0 : Footprint.PRINCIPAL), 1);
        if (room.isBeyondTheBound() && records.get(own.key()) != null) {
            return false;
        }
        room.reserve(null);
        boolean inserted = false;
        try {
            inserted = principal == null
                    ? records.putIfAbsent(own)
                    : bind(principal, own.key(), () -> records.putIfAbsent(own));
        } finally {
            if (!inserted) {
                room.release();
            }
        }
        if (inserted && principal == null) {
            countAnonymous(1, Footprint.of(own));
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
        boolean binds = after != null && !after.equals(before);
        long growth = Footprint.of(next) - Footprint.of(current) + (binds ? Footprint.PRINCIPAL : 0);
        Room room = new Room(Math.max(growth, 0), 0);
        room.reserve(current);
        boolean swapped = false;
        try {
            swapped = (after != null && binds)
                    ? bind(after, next.key(), () -> records.replace(current, next))
                    : records.replace(current, next);
        } finally {
            if (!swapped) {
                room.release();
            }
        }
        if (swapped) {
            account(current, next, Math.min(growth, 0));
        }
        return swapped;
    }

    /** Counts what a replacement changed, except for the room that was reserved. */
    private void account(SessionRecord before, SessionRecord after, long shrinkage) {
        if (shrinkage != 0) {
            bytes.addAndGet(shrinkage);
        }
        if (before.principal() == null || after.principal() == null) {
            long bytesBefore = before.principal() == null ? Footprint.of(before) : 0;
            long bytesAfter = after.principal() == null ? Footprint.of(after) : 0;
            int sessions = (after.principal() == null ? 1 : 0) - (before.principal() == null ? 1 : 0);
            if (sessions != 0 || bytesAfter != bytesBefore) {
                countAnonymous(sessions, bytesAfter - bytesBefore);
            }
        }
        if (before.principal() != null && !before.principal().equals(after.principal())) {
            unbind(before.principal(), before.key());
        }
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
        requireOpen();
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
        Objects.requireNonNull(removed, "removed");
        requireOpen();
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
        requireOpen();
        return size.get();
    }

    /** Returns the number of sessions without a principal. It is an estimate while other threads write. */
    public long anonymousSessions() {
        return anonymous.get();
    }

    /** Returns an estimate of the heap memory of the sessions, in bytes. */
    public long bytes() {
        return bytes.get();
    }

    /** Returns the bound on the heap memory of the sessions, in bytes. */
    public long maxBytes() {
        return maxBytes;
    }

    /** Returns the bound on the number of sessions, or {@link Long#MAX_VALUE} if there is none. */
    public long maxSessions() {
        return maxSessions;
    }

    @Override
    public void onEviction(Consumer<? super SessionRecord> listener) {
        evictionListener = Objects.requireNonNull(listener, "listener");
    }

    /** Drops all sessions. */
    @Override
    public void close() {
        records.close();
        index.clear();
        List.of(size, bytes, anonymous, anonymousBytes).forEach(counter -> counter.set(0));
    }

    private void requireOpen() {
        records.requireOpen();
    }

    /** The room that a write needs within the bounds. */
    private final class Room {

        private final long bytesNeeded;
        private final int sessionsNeeded;

        Room(long bytesNeeded, int sessionsNeeded) {
            this.bytesNeeded = bytesNeeded;
            this.sessionsNeeded = sessionsNeeded;
        }

        boolean isBeyondTheBound() {
            return bytes.get() + bytesNeeded > maxBytes || size.get() + sessionsNeeded > maxSessions;
        }

        /**
         * Counts the room of the write, and evicts other sessions if the sum exceeds a bound.
         *
         * @param replaced the record that the write replaces, which is not evicted
         * @throws StoreFullException if there is no room; nothing is counted
         */
        void reserve(@Nullable SessionRecord replaced) {
            if (bytesNeeded == 0 && sessionsNeeded == 0) {
                return;
            }
            long total = (replaced == null ? 0 : Footprint.of(replaced)) + bytesNeeded;
            if (total > maxBytes) {
                throw new RecordTooLargeException(
                        maxBytes, total, "Store less in it, or raise maxBytes of the heap store.");
            }
            long bytesBeyond = Math.min(bytesNeeded, bytes.addAndGet(bytesNeeded) - maxBytes);
            long sessionsBeyond = Math.min(sessionsNeeded, size.addAndGet(sessionsNeeded) - maxSessions);
            if (bytesBeyond <= 0 && sessionsBeyond <= 0) {
                return;
            }
            boolean done = false;
            try {
                evict(bytesBeyond, sessionsBeyond, replaced);
                done = true;
            } finally {
                if (!done) {
                    release();
                }
            }
        }

        void release() {
            bytes.addAndGet(-bytesNeeded);
            size.addAndGet(-sessionsNeeded);
        }

        private void evict(long bytesBeyond, long sessionsBeyond, @Nullable SessionRecord replaced) {
            long evictable = anonymousBytes.get();
            if (replaced != null && replaced.principal() == null) {
                evictable -= Footprint.of(replaced);
            }
            if (evictable < bytesBeyond) {
                throw full(bytesBeyond > 0);
            }
            long bytesLeft = bytesBeyond;
            long sessionsLeft = sessionsBeyond;
            while (bytesLeft > 0 || sessionsLeft > 0) {
                SessionRecord victim = evictOne(replaced);
                if (victim == null) {
                    throw full(bytesLeft > 0);
                }
                bytesLeft -= Footprint.of(victim);
                sessionsLeft--;
            }
        }

        private StoreFullException full(boolean ofBytes) {
            long bytesHeld = bytes.get() - bytesNeeded;
            long sessionsHeld = size.get() - sessionsNeeded;
            String sizes = ofBytes
                    ? "its " + sessionsHeld + " sessions take " + bytesHeld + " bytes of its limit of " + maxBytes
                            + " bytes, and a write needs " + bytesNeeded + " more"
                    : "it holds " + sessionsHeld + " sessions, and its limit is " + maxSessions;
            return new StoreFullException("the heap store is full: " + sizes
                    + "; too few of the sessions are anonymous and can be evicted. Raise "
                    + (ofBytes ? "maxBytes" : "maxSessions") + ", or shorten the sessions' timeouts.");
        }
    }

    /** Evicts an anonymous session, and returns it, or null if none was found. */
    private @Nullable SessionRecord evictOne(@Nullable SessionRecord kept) {
        Victim victim;
        evicting.lock();
        try {
            // A removal fails if the victim logged in, was touched or ended since it was chosen.
            do {
                victim = chooseVictim(kept);
            } while (victim != null && !removeUnused(victim));
        } finally {
            evicting.unlock();
        }
        if (victim == null) {
            return null;
        }
        SessionRecord evicted = victim.record();
        forget(evicted);
        evictionListener.accept(evicted);
        return evicted;
    }

    /** An anonymous session, and its last access when it was chosen for eviction. */
    private record Victim(SessionRecord record, long lastAccess) {}

    private @Nullable Victim chooseVictim(@Nullable SessionRecord kept) {
        SessionRecord victim = null;
        long access = 0;
        int samples = 0;
        for (int step = 0; step < EVICTION_STEPS && samples < EVICTION_SAMPLE && anonymous.get() > 0; step++) {
            SessionRecord candidate = evictionHand.next();
            if (candidate != null && candidate.principal() == null && !isSameSession(candidate, kept)) {
                victim = victim == null ? candidate : lessUsed(victim, candidate);
                access = victim.lastAccess();
                samples++;
            }
        }
        return victim == null ? null : new Victim(victim, access);
    }

    private static boolean isSameSession(SessionRecord record, @Nullable SessionRecord other) {
        return other != null && record.isOf(other.keyHigh(), other.keyLow());
    }

    private boolean removeUnused(Victim victim) {
        return records.removeIf(victim.record(), same -> same.lastAccess() == victim.lastAccess());
    }

    private static SessionRecord lessUsed(SessionRecord one, SessionRecord other) {
        boolean oneCameBack = one.lastAccess() > one.createdAt();
        boolean otherCameBack = other.lastAccess() > other.createdAt();
        if (oneCameBack != otherCameBack) {
            return oneCameBack ? other : one;
        }
        return one.lastAccess() <= other.lastAccess() ? one : other;
    }

    private void countAnonymous(int sessions, long bytesMore) {
        anonymous.addAndGet(sessions);
        anonymousBytes.addAndGet(bytesMore);
    }

    /** Accounts for a record that was just removed. */
    private void forget(SessionRecord removed) {
        long taken = Footprint.of(removed);
        size.decrementAndGet();
        bytes.addAndGet(-taken);
        if (removed.principal() == null) {
            countAnonymous(-1, -taken);
        } else {
            unbind(removed.principal(), removed.key());
        }
    }

    /** Runs a write that gives a record its principal, and adds the key to the principal's set under the same lock. */
    private boolean bind(PrincipalKey principal, SessionKey key, Write write) {
        boolean[] done = new boolean[1];
        index.compute(principal, (same, bound) -> {
            done[0] = write.attempt();
            if (!done[0]) {
                return bound;
            }
            if (bound != null) {
                bytes.addAndGet(-Footprint.PRINCIPAL);
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
            if (!bound.isEmpty()) {
                return bound;
            }
            bytes.addAndGet(-Footprint.PRINCIPAL);
            return null;
        });
    }

    private interface Write {
        boolean attempt();
    }

    /** Settings of a {@link HeapSessionStore}. Each may be set once. Not thread-safe. */
    public static final class Builder {

        private static final long SMALLEST_DEFAULT = 1 << 20;
        private static final int SHARE_OF_THE_HEAP = 4;

        private @Nullable Long maxBytes;
        private @Nullable Long maxSessions;

        private Builder() {}

        /**
         * Sets the maximum heap memory of the sessions in bytes, including their entries in the table and the index.
         * The memory of a session is an estimate, exact to a few percent. Default: a quarter of the maximum heap, at
         * least 1 MiB.
         *
         * @throws IllegalArgumentException if the value is not positive
         * @throws IllegalStateException if it was set before
         */
        public Builder maxBytes(long bytes) {
            maxBytes = once("maxBytes", maxBytes, bytes);
            return this;
        }

        /**
         * Sets the maximum number of sessions, in addition to {@link #maxBytes}. Default: no limit.
         *
         * @throws IllegalArgumentException if the value is not positive
         * @throws IllegalStateException if it was set before
         */
        public Builder maxSessions(long sessions) {
            maxSessions = once("maxSessions", maxSessions, sessions);
            return this;
        }

        private static Long once(String setting, @Nullable Long before, long value) {
            if (before != null) {
                throw new IllegalStateException(setting + " was set to " + before + " before; set it once");
            }
            if (value < 1) {
                throw new IllegalArgumentException(setting + " must be positive: " + value);
            }
            return value;
        }

        /** Returns an empty store with these settings. */
        public HeapSessionStore build() {
            long share = Math.max(SMALLEST_DEFAULT, Runtime.getRuntime().maxMemory() / SHARE_OF_THE_HEAP);
            return new HeapSessionStore(
                    maxBytes == null ? share : maxBytes, maxSessions == null ? Long.MAX_VALUE : maxSessions);
        }
    }
}
