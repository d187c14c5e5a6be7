package dev.cloakroom.infinispan;

import dev.cloakroom.store.StoreUnavailableException;
import java.util.List;
import org.infinispan.AdvancedCache;
import org.infinispan.notifications.Listener;
import org.infinispan.notifications.cachelistener.annotation.PartitionStatusChanged;
import org.infinispan.notifications.cachelistener.event.PartitionStatusChangedEvent;
import org.infinispan.partitionhandling.AvailabilityMode;
import org.infinispan.topology.CacheTopology;

/**
 * Keeps a node from answering out of copies that are out of date. A node that was cut off from most of the others is
 * told that the network is whole again a moment before it learns that the others have meanwhile become the owners of
 * what it has copies of; Infinispan lets it answer from these in between, with sessions that have ended since. So from
 * when it is cut off until it is a regular owner again, it is unavailable.
 */
@Listener
final class Freshness {

    private final List<AdvancedCache<?, ?>> caches;
    private volatile boolean doubtful;

    private Freshness(List<AdvancedCache<?, ?>> caches) {
        this.caches = caches;
    }

    static Freshness of(AdvancedCache<?, ?>... caches) {
        Freshness freshness = new Freshness(List.of(caches));
        freshness.caches.forEach(cache -> cache.addListener(freshness));
        return freshness;
    }

    /** Notes that this node has been cut off. Called by Infinispan. */
    @PartitionStatusChanged
    public void onChange(PartitionStatusChangedEvent<?, ?> event) {
        if (event.getAvailabilityMode() == AvailabilityMode.DEGRADED_MODE) {
            doubtful = true;
        }
    }

    /** Has this node answer out of what it has. */
    void trust() {
        doubtful = false;
    }

    /**
     * Checks that this node may answer.
     *
     * @throws StoreUnavailableException if its copies may be out of date
     */
    void check() {
        if (doubtful) {
            if (!caches.stream().allMatch(Freshness::isRegular)) {
                throw new StoreUnavailableException("this node was cut off from the cluster, and is catching up");
            }
            doubtful = false;
        }
    }

    /** Returns whether all that own sessions, as this node knows, are members again, as it knows too. */
    private static boolean isRegular(AdvancedCache<?, ?> cache) {
        CacheTopology topology = cache.getDistributionManager().getCacheTopology();
        return cache.getAvailability() == AvailabilityMode.AVAILABLE
                && topology.getPhase() == CacheTopology.Phase.NO_REBALANCE
                && topology.getPendingCH() == null
                && topology.getActualMembers()
                        .containsAll(topology.getCurrentCH().getMembers());
    }
}
