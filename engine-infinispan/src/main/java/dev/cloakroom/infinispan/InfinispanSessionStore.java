package dev.cloakroom.infinispan;

import dev.cloakroom.store.AsyncSessionStore;
import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import dev.cloakroom.store.StoreUnavailableException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.infinispan.distribution.DistributionManager;
import org.infinispan.distribution.LocalizedCacheTopology;
import org.jspecify.annotations.Nullable;

/**
 * Keeps sessions in the memory of a cluster of embedded Infinispan nodes. Every node embeds the engine; any node answers
 * any request; nodes come and go.
 *
 * <p><b>Copies.</b> Each session is on {@linkplain InfinispanSessionStoreBuilder#owners several nodes}, or
 * {@linkplain InfinispanSessionStoreBuilder#replicated on all}. A node that has it reads it from its own memory, without
 * decoding; another node asks over the network. A write has returned when all copies have it.
 *
 * <p><b>Failures.</b> A write is applied once or not at all, also when a node dies in the middle of it. When the cluster
 * cannot tell (a node does not answer, the network is split) the call fails with
 * {@link dev.cloakroom.store.StoreUnavailableException}; what a split does is {@linkplain OnSplit decided}.
 *
 * <p><b>Expiry.</b> Each node's {@link #sweep} removes the expired sessions of which it is the first owner, so the
 * engines of all nodes sweep together and each expiry is reported once. Infinispan removes the sessions that are not swept,
 * ten minutes or more after its time.
 *
 * <p><b>Restart.</b> Sessions are gone when all nodes stop, unless the store is
 * {@linkplain InfinispanSessionStoreBuilder#persistedTo told where} to keep them meanwhile.
 *
 * <p>Safe for use by any number of threads. The asynchronous methods never block; their stages complete on threads of
 * Infinispan's or the caller's.
 */
public final class InfinispanSessionStore implements AsyncSessionStore {

    /** How many expired sessions are ended at a time. */
    private static final int SWEPT_TOGETHER = 64;

    /** How long changes that are under way are waited for, when the store is closed. */
    private static final Duration CHANGES_TAKE = Duration.ofSeconds(10);

    /** How many keys are drawn at most; a node of a cluster of 16 gets its own among so many almost always. */
    private static final int MOST_DRAWS = 128;

    private static final Logger LOGGER = System.getLogger(InfinispanSessionStore.class.getName());

    private final StoreCaches caches;
    private final ExactCache<SessionKey, SessionEntry> sessions;
    private final PrincipalIndex index;
    private final UniqueNumbers numbers;
    private final SweepCursor sweepCursor;
    private final RecentReads recentReads = new RecentReads();
    private final PendingTouches pendingTouches = new PendingTouches();
    private final AvailabilityGuard guard;
    private final PendingOperations changes = new PendingOperations();
    private final boolean leavesMemory;

    private volatile boolean closed;

    InfinispanSessionStore(StoreCaches caches, boolean leavesMemory, InstantSource clock) {
        this.caches = caches;
        this.leavesMemory = leavesMemory;
        this.numbers = UniqueNumbers.random();
        this.sessions = new ExactCache<>(caches.sessions(), numbers);
        this.index = new PrincipalIndex(new ExactCache<>(caches.principals(), numbers), sessions, clock);
        this.sweepCursor = new SweepCursor(caches.sessions());
        this.guard = AvailabilityGuard.of(
                caches::hasBegun,
                new PauseDetector(System::nanoTime),
                new MembershipCheck<>(caches.sessions(), this::anySession, this::endedSession),
                new MembershipCheck<>(caches.principals(), this::anyPrincipal, this::emptyPrincipal));
    }

    private SessionKey anySession() {
        return new SessionKey(numbers.getAsLong(), numbers.getAsLong());
    }

    private SessionEntry endedSession() {
        return new SessionEntry(Tokens.first(numbers.getAsLong()), null, 0);
    }

    private PrincipalKey anyPrincipal() {
        return new PrincipalKey(numbers.getAsLong(), numbers.getAsLong());
    }

    private PrincipalEntry emptyPrincipal() {
        return new PrincipalEntry(Tokens.first(numbers.getAsLong()), List.of());
    }

    /** Begins to serve, or waits for what is to be served. */
    void begin() {
        caches.begin();
    }

    /** Returns a builder of a store, which is in this process alone unless told how to find others. */
    public static InfinispanSessionStoreBuilder builder() {
        return new InfinispanSessionStoreBuilder();
    }

    // Loading

    @Override
    public @Nullable SessionRecord load(SessionKey key) {
        requireReady();
        try {
            SessionEntry entry = caches.sessions().get(key);
            return record(isOwner(key) ? entry : remember(entry));
        } catch (RuntimeException e) {
            throw failure(e);
        }
    }

    @Override
    public CompletionStage<@Nullable SessionRecord> loadAsync(SessionKey key) {
        return call(() -> read(key).thenApply(InfinispanSessionStore::record));
    }

    /** Reads an entry, and remembers it if another node has to be asked. */
    private CompletionStage<@Nullable SessionEntry> read(SessionKey key) {
        CompletionStage<@Nullable SessionEntry> entry = sessions.get(key);
        return isOwner(key) ? entry : entry.thenApply(this::remember);
    }

    /** Returns whether this node has what is under a key in its own memory. */
    private boolean isOwner(SessionKey key) {
        DistributionManager distribution = caches.sessions().getDistributionManager();
        return distribution == null || distribution.getCacheTopology().isReadOwner(key);
    }

    private @Nullable SessionEntry remember(@Nullable SessionEntry entry) {
        recentReads.add(entry);
        return entry;
    }

    private static @Nullable SessionRecord record(@Nullable SessionEntry entry) {
        return entry == null ? null : entry.record();
    }

    // Inserting

    @Override
    public boolean insert(SessionRecord record) {
        return Failures.await(insertAsync(record));
    }

    @Override
    public CompletionStage<Boolean> insertAsync(SessionRecord record) {
        return change(() -> {
            PrincipalKey principal = record.principal();
            if (principal == null) {
                return insert(record, 0);
            }
            long binding = numbers.getAsLong();
            return index.add(principal, record, binding)
                    .thenCompose(added -> insert(record, binding))
                    .thenCompose(inserted -> unlistUnless(inserted, principal, binding));
        });
    }

    private CompletionStage<Boolean> insert(SessionRecord record, long binding) {
        return sessions.insert(record.key(), tokens -> new SessionEntry(tokens, record, binding));
    }

    private CompletionStage<Boolean> unlistUnless(boolean done, PrincipalKey principal, long binding) {
        return done
                ? CompletableFuture.completedStage(true)
                : index.remove(principal, binding).thenApply(removed -> false);
    }

    // Replacing

    @Override
    public boolean replace(SessionRecord record) {
        return Failures.await(replaceAsync(record));
    }

    @Override
    public CompletionStage<Boolean> replaceAsync(SessionRecord record) {
        return change(() -> pendingTouches.whenTouched(record.key(), () -> {
            long expectedVersion = record.previousVersion();
            SessionEntry known = recentReads.find(record.key());
            return known != null && isVersion(known, expectedVersion)
                    ? replace(record, known)
                    : sessions.get(record.key())
                            .thenCompose(entry -> entry == null || !isVersion(entry, expectedVersion)
                                    ? CompletableFuture.completedStage(false)
                                    : replace(record, entry));
        }));
    }

    private static boolean isVersion(SessionEntry entry, long version) {
        SessionRecord record = entry.record();
        return record != null && record.version() == version;
    }

    /** Replaces an entry of the expected version, of which only the last access can have changed since it was read. */
    private CompletionStage<Boolean> replace(SessionRecord record, SessionEntry before) {
        SessionRecord present = Objects.requireNonNull(before.record());
        PrincipalKey unbound = present.principal();
        PrincipalKey bound = record.principal();
        if (!Objects.equals(unbound, bound)) {
            return rebind(record, before, unbound, bound);
        }
        return bound != null && record.absoluteDeadline() > present.absoluteDeadline()
                ? index.extend(bound, record, before.binding())
                        .thenCompose(extended -> write(record, before, before.binding(), null))
                : write(record, before, before.binding(), null);
    }

    private CompletionStage<Boolean> rebind(
            SessionRecord record, SessionEntry before, @Nullable PrincipalKey unbound, @Nullable PrincipalKey bound) {
        if (bound == null) {
            return write(record, before, 0, unbound);
        }
        long binding = numbers.getAsLong();
        return index.add(bound, record, binding)
                .thenCompose(added -> write(record, before, binding, unbound))
                .thenCompose(written -> unlistUnless(written, bound, binding));
    }

    /** Writes a record in the place of its predecessor, and unlists that if it was bound to another principal. */
    private CompletionStage<Boolean> write(
            SessionRecord record, SessionEntry before, long binding, @Nullable PrincipalKey unbound) {
        return sessions.changeKnown(record.key(), before, (entry, token) -> {
                    SessionRecord present = entry.record();
                    return present == null || present.version() != record.version() - 1
                            ? null
                            : entry.then(token, record.touched(present.lastAccess()), binding);
                })
                .thenCompose(change -> change.isEmpty() || unbound == null
                        ? CompletableFuture.completedStage(change.isPresent())
                        : index.remove(unbound, change.get().before().binding()).thenApply(removed -> true));
    }

    // Touching

    @Override
    public boolean touch(SessionKey key, long instant) {
        return Failures.await(touchAsync(key, instant));
    }

    @Override
    public CompletionStage<Boolean> touchAsync(SessionKey key, long instant) {
        return change(() -> {
            SessionEntry known = recentReads.find(key);
            CompletionStage<Boolean> touch = known != null
                    ? touch(key, known, instant)
                    : read(key)
                            .thenCompose(entry -> entry == null
                                    ? CompletableFuture.completedStage(false)
                                    : touch(key, entry, instant));
            return pendingTouches.add(key, touch);
        });
    }

    private CompletionStage<Boolean> touch(SessionKey key, SessionEntry known, long instant) {
        SessionRecord present = known.record();
        if (present != null && !present.isExpired(instant) && instant <= present.lastAccess()) {
            return CompletableFuture.completedStage(true);
        }
        return sessions.changeKnown(key, known, (entry, token) -> touched(entry, token, instant))
                .thenApply(change -> {
                    boolean remembered = recentReads.find(key) != null;
                    if (remembered && change.isPresent()) {
                        // A commit of the same request starts from here.
                        recentReads.add(change.get().after());
                    }
                    return change.isPresent();
                });
    }

    /** Returns the entry after an access, or null if there is nothing to change. */
    private static @Nullable SessionEntry touched(SessionEntry entry, long token, long instant) {
        SessionRecord present = entry.record();
        return present == null || present.isExpired(instant)
                ? null
                : entry.then(token, present.touched(instant), entry.binding());
    }

    // Ending

    @Override
    public boolean delete(SessionKey key) {
        return Failures.await(deleteAsync(key));
    }

    @Override
    public CompletionStage<Boolean> deleteAsync(SessionKey key) {
        return change(() -> end(key, record -> true).thenApply(Optional::isPresent));
    }

    @Override
    public int sweep(long now, int limit, Consumer<? super SessionRecord> removed) {
        Objects.requireNonNull(removed, "removed");
        requireReady();
        List<SessionKey> expired = sweepCursor.expired(now, limit);
        int count = 0;
        for (int from = 0; from < expired.size(); from += SWEPT_TOGETHER) {
            List<SessionKey> some = expired.subList(from, Math.min(from + SWEPT_TOGETHER, expired.size()));
            List<CompletionStage<Optional<SessionRecord>>> ends = some.stream()
                    .map(key -> change(() -> end(key, record -> record.isExpired(now))))
                    .toList();
            for (CompletionStage<Optional<SessionRecord>> end : ends) {
                Optional<SessionRecord> ended = Failures.await(end);
                ended.ifPresent(removed);
                count += ended.isPresent() ? 1 : 0;
            }
        }
        return count;
    }

    private interface Condition {
        boolean holds(SessionRecord record);
    }

    /** Puts the mark of an ended session in a session's place, and completes with what it was. */
    private CompletionStage<Optional<SessionRecord>> end(SessionKey key, Condition condition) {
        return sessions.change(key, (entry, token) -> {
                    SessionRecord present = entry.record();
                    return present == null || !condition.holds(present) ? null : entry.then(token, null, 0);
                })
                .thenCompose(change -> {
                    SessionRecord ended =
                            change.map(made -> made.before().record()).orElse(null);
                    PrincipalKey principal = ended == null ? null : ended.principal();
                    return principal == null
                            ? CompletableFuture.completedStage(Optional.ofNullable(ended))
                            : index.remove(
                                            principal,
                                            change.orElseThrow().before().binding())
                                    .thenApply(unlisted -> Optional.ofNullable(ended));
                });
    }

    // All the rest

    @Override
    public List<SessionRecord> byPrincipal(PrincipalKey principal) {
        return Failures.await(byPrincipalAsync(principal));
    }

    @Override
    public CompletionStage<List<SessionRecord>> byPrincipalAsync(PrincipalKey principal) {
        return call(() -> index.find(principal));
    }

    /**
     * Returns an estimate of how many sessions the cluster has. This node scales what is in its own memory by its share
     * of the cluster, and leaves out as many ended sessions as it met on the last round of its sweep. It asks no other
     * node. The estimate is the better, the more sessions there are.
     */
    @Override
    public long size() {
        requireReady();
        try {
            return Math.round(held() * sweepCursor.aliveShare());
        } catch (RuntimeException e) {
            throw failure(e);
        }
    }

    /** Returns how many entries the cluster has, the marks of ended sessions included. */
    private double held() {
        int here = caches.sessions().getDataContainer().sizeIncludingExpired();
        DistributionManager distribution = caches.sessions().getDistributionManager();
        if (distribution == null) {
            return here;
        }
        LocalizedCacheTopology topology = distribution.getCacheTopology();
        int segmentsHere = topology.getLocalReadSegments().size();
        return segmentsHere == 0 ? here : (double) here * topology.getNumSegments() / segmentsHere;
    }

    /**
     * Draws keys until this node is the first owner of one. After {@value #MOST_DRAWS} draws it takes the last, because
     * a node that has just joined may own nothing yet.
     */
    @Override
    public SessionKey newKey(SecureRandom random) {
        SessionKey key = AsyncSessionStore.super.newKey(random);
        DistributionManager distribution = caches.sessions().getDistributionManager();
        if (distribution == null) {
            return key;
        }
        LocalizedCacheTopology topology = distribution.getCacheTopology();
        for (int draw = 1; draw < MOST_DRAWS && !topology.getDistribution(key).isPrimary(); draw++) {
            key = AsyncSessionStore.super.newKey(random);
        }
        return key;
    }

    @Override
    public boolean leavesMemory() {
        return leavesMemory;
    }

    /** Returns how many nodes the cluster has at present, as far as this one knows. */
    public int nodes() {
        return caches.nodes();
    }

    /**
     * Has the nodes that this one sees go on with the sessions that they have, when too many were lost at a time for
     * {@link OnSplit#DENY}. For an operator who knows that the others are dead: if they are only cut off, both sides
     * may change sessions from then on, and when they meet again one side's changes are lost. Sessions of which no
     * copy is left are gone. A cluster that has just been started, and waits for the node that has its sessions,
     * begins without it. Does nothing without a cluster.
     */
    public void forceAvailable() {
        if (closed) {
            throw StoreUnavailableException.closed();
        }
        try {
            caches.forceAvailable();
        } catch (RuntimeException e) {
            throw failure(e);
        }
        guard.trust();
    }

    /**
     * Leaves the cluster, after this node's sessions have gone to others; nodes that close at the same time leave one
     * after the other. Waits half a minute for that at most. The last writes down all sessions if it was
     * {@linkplain InfinispanSessionStoreBuilder#persistedTo told where}. Infinispan is stopped unless it was given to the
     * builder.
     */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        boolean idle = changes.awaitNone(CHANGES_TAKE);
        if (!idle) {
            LOGGER.log(Level.WARNING, "closes while sessions are being changed");
        }
        try {
            caches.close(idle);
        } finally {
            guard.close();
        }
    }

    /** Does the first half of {@link #close}, for tests. */
    void announceLeave() {
        caches.announceLeave();
    }

    private void requireReady() {
        if (closed) {
            throw StoreUnavailableException.closed();
        }
        guard.check();
    }

    private RuntimeException failure(RuntimeException failure) {
        return closed ? StoreUnavailableException.closed() : Failures.translate(failure);
    }

    /** Does what {@link #call} does, and has a store that closes wait for it. */
    private <T extends @Nullable Object> CompletionStage<T> change(Supplier<CompletionStage<T>> operation) {
        // Counted before the check that the store is open: close() sets its flag before it counts.
        return Failures.translated(() -> changes.start(() -> whenReady(operation)));
    }

    private <T extends @Nullable Object> CompletionStage<T> call(Supplier<CompletionStage<T>> operation) {
        return Failures.translated(() -> whenReady(operation));
    }

    private <T extends @Nullable Object> CompletionStage<T> whenReady(Supplier<CompletionStage<T>> operation) {
        requireReady();
        return operation.get();
    }
}
