package dev.cloakroom.infinispan;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.infinispan.AdvancedCache;
import org.infinispan.conflict.ConflictManager;
import org.infinispan.conflict.ConflictManagerFactory;
import org.infinispan.conflict.EntryMergePolicy;
import org.infinispan.container.entries.CacheEntry;
import org.infinispan.manager.EmbeddedCacheManager;
import org.infinispan.notifications.Listener;
import org.infinispan.notifications.cachelistener.annotation.PartitionStatusChanged;
import org.infinispan.notifications.cachelistener.event.PartitionStatusChangedEvent;
import org.infinispan.partitionhandling.AvailabilityMode;
import org.infinispan.remoting.transport.Address;
import org.infinispan.topology.CacheTopology;
import org.jspecify.annotations.Nullable;

/** How copies of a session that differ become the same again, after a split that {@link OnSplit#DENY} went through. */
/*
 * When a network falls apart a change may be on its way, so that one owner has it and another does not; its writer was
 * told that nobody knows. If most of the nodes went on together, those that come back get their copies from them, and all
 * is well. But if no side could go on, all come back with what they have. Then one node reads what another does not, and
 * a change that starts from the one is refused by the primary owner, who has the other, for good.
 *
 * Infinispan can look for such copies whenever sides meet (a merge policy). It does the same whenever the coordinator is
 * another one, as after each orderly leave of the first node, and while it does it takes for owners those that are about
 * to become some, and reads from them what they do not have yet: a session is absent that nobody ended. If it fails, it
 * goes on with these owners nevertheless. So it has no merge policy where splits are denied, and the copies are compared
 * here: by one node, once all is available again that was not. It has the primary owner write the copy that counts, by
 * comparing with what it had and setting, so a change that is made meanwhile is not undone: that has made all copies the
 * same already.
 */
@Listener
final class Reconciliation implements AutoCloseable {

    private static final Logger LOGGER = System.getLogger(InfinispanSessionStore.class.getName());
    private static final long LOOK_AGAIN_MILLIS = 50;

    private final EmbeddedCacheManager manager;
    private final List<Copies<?, ?>> all;
    private final Semaphore cutOff = new Semaphore(0);
    private final Thread watch;

    private Reconciliation(EmbeddedCacheManager manager, List<Copies<?, ?>> all) {
        this.manager = manager;
        this.all = all;
        this.watch = new Thread(this::watch, "cloakroom-infinispan-reconciliation");
        watch.setDaemon(true);
    }

    /** The copies of one cache's entries, and which of several counts. */
    record Copies<K, V extends TokenedValue<V>>(
            AdvancedCache<K, V> cache, EntryMergePolicy<K, V> policy, LongSupplier tokens) {

        private boolean isWhole() {
            CacheTopology topology = cache.getDistributionManager().getCacheTopology();
            return cache.getAvailability() == AvailabilityMode.AVAILABLE
                    && topology.getPhase() == CacheTopology.Phase.NO_REBALANCE
                    && topology.getPendingCH() == null;
        }

        /** Makes all copies the same, and returns how many entries had copies that differed. */
        private int reconcile() {
            ConflictManager<K, V> conflicts = ConflictManagerFactory.get(cache);
            // All of them before anything is written: Infinispan never lets go of a stream that its reader gives up.
            List<Map<Address, CacheEntry<K, V>>> differing =
                    conflicts.getConflicts().filter(Copies::differ).toList();
            differing.forEach(this::reconcile);
            return differing.size();
        }

        /** Returns whether copies are of different writes; Infinispan looks at when each was put in its place as well. */
        private static <K, V> boolean differ(Map<Address, CacheEntry<K, V>> copies) {
            return copies.values().stream()
                            .map(copy -> Optional.ofNullable(copy.getValue()))
                            .distinct()
                            .count()
                    > 1;
        }

        private void reconcile(Map<Address, CacheEntry<K, V>> copies) {
            List<CacheEntry<K, V>> present = copies.values().stream()
                    .filter(copy -> copy.getValue() != null)
                    .toList();
            CacheEntry<K, V> counts = Objects.requireNonNull(policy.merge(null, present));
            CacheEntry<K, V> decisive = copies.get(primary(counts.getKey()));
            write(counts, decisive == null ? null : decisive.getValue());
        }

        private Address primary(K key) {
            return cache.getDistributionManager()
                    .getCacheTopology()
                    .getDistribution(key)
                    .primary();
        }

        private void write(CacheEntry<K, V> counts, @Nullable V primary) {
            V next = counts.getValue().rewritten(tokens.getAsLong());
            if (primary == null) {
                cache.putIfAbsent(counts.getKey(), next, next.lifespan(), TimeUnit.MILLISECONDS);
            } else {
                cache.replace(counts.getKey(), primary.expectation(), next, next.lifespan(), TimeUnit.MILLISECONDS);
            }
        }
    }

    /** Looks after the copies of caches that have no merge policy. */
    static Reconciliation of(EmbeddedCacheManager manager, Copies<?, ?>... all) {
        Reconciliation reconciliation = new Reconciliation(manager, List.of(all));
        reconciliation.all.forEach(copies -> copies.cache().addListener(reconciliation));
        reconciliation.watch.start();
        return reconciliation;
    }

    /** Notes that sessions have become unavailable. Called by Infinispan, whose thread must not be held up. */
    @PartitionStatusChanged
    public void onChange(PartitionStatusChangedEvent<?, ?> event) {
        if (event.getAvailabilityMode() == AvailabilityMode.DEGRADED_MODE) {
            cutOff.release();
        }
    }

    private void watch() {
        try {
            while (true) {
                cutOff.acquire();
                cutOff.drainPermits();
                while (!isReconciled()) {
                    TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
                }
            }
        } catch (InterruptedException e) {
            // The store is being closed.
        }
    }

    private boolean isReconciled() {
        try {
            if (!all.stream().allMatch(Copies::isWhole)) {
                return false;
            }
            if (manager.isCoordinator()) {
                int differed = all.stream().mapToInt(Copies::reconcile).sum();
                LOGGER.log(Level.INFO, "copies of {0} entries differed after a split", differed);
            }
            return true;
        } catch (RuntimeException | Error e) {
            // It is split again, or things are changing just now.
            LOGGER.log(Level.DEBUG, "copies cannot be compared yet; tries again", e);
            return false;
        }
    }

    /** Looks no more. */
    @Override
    public void close() {
        watch.interrupt();
    }
}
