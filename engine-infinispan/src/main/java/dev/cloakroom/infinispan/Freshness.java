package dev.cloakroom.infinispan;

import dev.cloakroom.store.StoreUnavailableException;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.infinispan.AdvancedCache;
import org.infinispan.distribution.DistributionManager;
import org.infinispan.notifications.Listener;
import org.infinispan.notifications.cachelistener.annotation.PartitionStatusChanged;
import org.infinispan.notifications.cachelistener.event.PartitionStatusChangedEvent;
import org.infinispan.partitionhandling.AvailabilityMode;
import org.infinispan.topology.CacheTopology;

/**
 * Keeps a node from answering out of copies that are out of date. A node that was cut off from most of the others is
 * told that the network is whole again a moment before it learns that the others have meanwhile become the owners of
 * what it has copies of; Infinispan lets it answer from these in between, with sessions that have ended since. So from
 * when it is cut off until it is a regular owner again, it is unavailable. So it is, too, until the cluster has begun to
 * serve.
 */
@Listener
final class Freshness {

    private final List<AdvancedCache<?, ?>> caches;
    private final BooleanSupplier begun;

    /** One flag for whatever may be wrong, so that reading costs no more than looking at it. */
    private volatile boolean doubtful = true;

    private boolean cutOff;

    private Freshness(BooleanSupplier begun, List<AdvancedCache<?, ?>> caches) {
        this.begun = begun;
        this.caches = caches;
    }

    /**
     * Looks after caches.
     *
     * @param begun whether the cluster has begun to serve; once it has, it has for good
     */
    static Freshness of(BooleanSupplier begun, AdvancedCache<?, ?>... caches) {
        Freshness freshness = new Freshness(begun, List.of(caches));
        freshness.caches.forEach(cache -> cache.addListener(freshness));
        return freshness;
    }

    /** Notes that this node has been cut off. Called by Infinispan. */
    @PartitionStatusChanged
    public void onChange(PartitionStatusChangedEvent<?, ?> event) {
        if (event.getAvailabilityMode() == AvailabilityMode.DEGRADED_MODE) {
            doubt();
        }
    }

    private synchronized void doubt() {
        cutOff = true;
        doubtful = true;
    }

    /** Has this node answer out of what it has. */
    synchronized void trust() {
        cutOff = false;
        doubtful = !begun.getAsBoolean();
    }

    /**
     * Checks that this node may answer.
     *
     * @throws StoreUnavailableException if its copies may be out of date, or the cluster has not begun to serve
     */
    void check() {
        if (doubtful) {
            dispelDoubt();
        }
    }

    private synchronized void dispelDoubt() {
        if (!begun.getAsBoolean()) {
            throw new StoreUnavailableException(
                    "the cluster has just been started, and waits for the node that has its sessions");
        }
        // A node that was never cut off is up to date also while it is being given its share.
        if (cutOff && !caches.stream().allMatch(Freshness::isRegular)) {
            throw new StoreUnavailableException("this node was cut off from the cluster, and is catching up");
        }
        cutOff = false;
        doubtful = false;
    }

    /** Returns whether all that own sessions, as this node knows, are members again, as it knows too. */
    private static boolean isRegular(AdvancedCache<?, ?> cache) {
        DistributionManager distribution = cache.getDistributionManager();
        if (distribution == null) {
            return true;
        }
        CacheTopology topology = distribution.getCacheTopology();
        return cache.getAvailability() == AvailabilityMode.AVAILABLE
                && topology.getPhase() == CacheTopology.Phase.NO_REBALANCE
                && topology.getPendingCH() == null
                && topology.getActualMembers()
                        .containsAll(topology.getCurrentCH().getMembers());
    }
}
