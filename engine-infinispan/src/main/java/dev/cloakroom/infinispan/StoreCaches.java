package dev.cloakroom.infinispan;

import dev.cloakroom.infinispan.Reconciliation.Copies;
import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.infinispan.AdvancedCache;
import org.infinispan.configuration.cache.CacheMode;
import org.infinispan.configuration.cache.ConfigurationBuilder;
import org.infinispan.conflict.EntryMergePolicy;
import org.infinispan.conflict.MergePolicy;
import org.infinispan.manager.EmbeddedCacheManager;
import org.infinispan.partitionhandling.AvailabilityMode;
import org.jspecify.annotations.Nullable;

/** The caches of a store, running, and how a node leaves them. */
final class StoreCaches {

    private static final Duration AVAILABLE_WITHIN = Duration.ofSeconds(5);
    private static final long LOOK_AGAIN_MILLIS = 5;

    private final EmbeddedCacheManager manager;
    private final boolean owned;
    private final AdvancedCache<SessionKey, SessionEntry> sessions;
    private final AdvancedCache<PrincipalKey, PrincipalEntry> principals;
    private final @Nullable AdvancedCache<String, String> notes;
    private final @Nullable OrderlyLeave orderlyLeave;
    private final @Nullable Reconciliation reconciliation;
    private final ClusterStartup startup;

    private StoreCaches(
            EmbeddedCacheManager manager,
            boolean owned,
            AdvancedCache<SessionKey, SessionEntry> sessions,
            AdvancedCache<PrincipalKey, PrincipalEntry> principals,
            @Nullable AdvancedCache<String, String> notes,
            @Nullable Reconciliation reconciliation,
            ClusterStartup startup) {
        this.manager = manager;
        this.owned = owned;
        this.sessions = sessions;
        this.principals = principals;
        this.notes = notes;
        this.orderlyLeave = notes == null ? null : OrderlyLeave.of(manager, notes, sessions, principals);
        this.reconciliation = reconciliation;
        this.startup = startup;
    }

    /**
     * Starts the caches.
     *
     * @param owned whether the manager is to be stopped with them
     * @param name what the caches' names begin with
     * @param caches what they have in common
     * @param onSplit what happens when the network falls apart
     * @param files what outlives a restart of all nodes, or null if nothing does; closed with the caches
     * @param patience how long a cluster that starts waits for nodes that may have its sessions
     */
    static StoreCaches start(
            EmbeddedCacheManager manager,
            boolean owned,
            String name,
            ConfigurationBuilder caches,
            OnSplit onSplit,
            @Nullable SessionFiles files,
            Duration patience,
            InstantSource clock) {
        boolean clustered = manager.getCacheManagerConfiguration().isClustered();
        caches.encoding().mediaType("application/x-java-object");
        EntryMergePolicy<SessionKey, SessionEntry> sessionMerge = new SessionMerge();
        EntryMergePolicy<PrincipalKey, PrincipalEntry> principalMerge = new PrincipalMerge();
        boolean merges = clustered && onSplit == OnSplit.SERVE;
        AdvancedCache<SessionKey, SessionEntry> sessions =
                cache(manager, name + "-sessions", caches, merges ? sessionMerge : null);
        AdvancedCache<PrincipalKey, PrincipalEntry> principals =
                cache(manager, name + "-principals", caches, merges ? principalMerge : null);
        AdvancedCache<String, String> notes = clustered ? notes(manager, name) : null;
        UniqueNumbers tokens = UniqueNumbers.random();
        Reconciliation reconciliation = clustered && !merges
                ? Reconciliation.of(
                        manager,
                        new Copies<>(sessions, sessionMerge, tokens),
                        new Copies<>(principals, principalMerge, tokens))
                : null;
        ClusterStartup startup = new ClusterStartup(manager, notes, sessions, principals, files, patience, clock);
        return new StoreCaches(manager, owned, sessions, principals, notes, reconciliation, startup);
    }

    private static AdvancedCache<String, String> notes(EmbeddedCacheManager manager, String name) {
        ConfigurationBuilder replicated = new ConfigurationBuilder();
        replicated.clustering().cacheMode(CacheMode.REPL_SYNC);
        replicated.encoding().mediaType("application/x-java-object");
        return cache(manager, name + "-notes", replicated, new NotesMerge());
    }

    private static <K, V> AdvancedCache<K, V> cache(
            EmbeddedCacheManager manager,
            String name,
            ConfigurationBuilder settings,
            @Nullable EntryMergePolicy<K, V> merge) {
        settings.clustering().partitionHandling().mergePolicy(merge == null ? MergePolicy.NONE : merge);
        manager.defineConfiguration(name, settings.build());
        return manager.<K, V>getCache(name).getAdvancedCache();
    }

    AdvancedCache<SessionKey, SessionEntry> sessions() {
        return sessions;
    }

    AdvancedCache<PrincipalKey, PrincipalEntry> principals() {
        return principals;
    }

    int nodes() {
        List<?> members = manager.getMembers();
        return members == null ? 1 : members.size();
    }

    /** Has the cluster begin to serve, or go on with what it serves. */
    void begin() {
        startup.begin();
    }

    /** Returns whether the cluster has begun to serve. */
    boolean hasBegun() {
        return startup.hasBegun();
    }

    /** Has the nodes that are left go on as if there had been no others. */
    void forceAvailable() {
        sessions.setAvailability(AvailabilityMode.AVAILABLE);
        principals.setAvailability(AvailabilityMode.AVAILABLE);
        if (notes != null) {
            notes.setAvailability(AvailabilityMode.AVAILABLE);
        }
        awaitAvailable();
        startup.forceAvailable();
    }

    /** Waits a little for what Infinispan does in its own time, so that a caller finds both caches available. */
    private void awaitAvailable() {
        long deadline = System.nanoTime() + AVAILABLE_WITHIN.toNanos();
        try {
            while (System.nanoTime() < deadline
                    && !(sessions.getAvailability() == AvailabilityMode.AVAILABLE
                            && principals.getAvailability() == AvailabilityMode.AVAILABLE)) {
                TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Tells the other nodes that this one leaves in order. */
    void announceLeave() {
        if (orderlyLeave != null) {
            orderlyLeave.announceLeaveToAll();
        }
    }

    /**
     * Leaves.
     *
     * @param idle whether nothing is under way any more on this node, so that its entries are all that exist
     */
    void close(boolean idle) {
        // A program that stops may interrupt its threads; Infinispan would refuse to stop, and even to answer.
        boolean interrupted = Thread.interrupted();
        try {
            if (orderlyLeave != null) {
                orderlyLeave.leave(() -> !idle || savesAsTheLast(orderlyLeave));
            } else if (idle) {
                save();
            }
            // Who is still there may be the last.
            startup.remember();
            startup.stopWatching();
            if (reconciliation != null) {
                reconciliation.close();
            }
            interrupted |= Thread.interrupted();
            stop();
        } finally {
            startup.close();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Writes down all sessions, if this node is the last; returns whether it need not be called again. */
    boolean save() {
        return startup.save();
    }

    private boolean savesAsTheLast(OrderlyLeave leaveNotice) {
        if (!save()) {
            return false;
        }
        // For a node that joins just now, and would take this one for lost.
        leaveNotice.announceLeaveToAll();
        return true;
    }

    private void stop() {
        if (owned) {
            try {
                manager.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        } else {
            sessions.stop();
            principals.stop();
            if (notes != null) {
                notes.stop();
            }
        }
    }
}
