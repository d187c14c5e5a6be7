package dev.cloakroom.infinispan;

import dev.cloakroom.store.StoreUnavailableException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.infinispan.AdvancedCache;
import org.infinispan.distribution.DistributionManager;
import org.infinispan.notifications.Listener;
import org.infinispan.notifications.cachelistener.annotation.PartitionStatusChanged;
import org.infinispan.notifications.cachelistener.event.PartitionStatusChangedEvent;
import org.infinispan.partitionhandling.AvailabilityMode;
import org.infinispan.topology.CacheTopology;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a node from answering out of copies that are out of date.
 *
 * <p>A node that was cut off from most of the others is told that the network is whole again a moment before it learns
 * that the others have meanwhile become the owners of what it has copies of; Infinispan lets it answer from these in
 * between, with sessions that have ended since. So from when it is cut off until it is a regular owner again, it is
 * unavailable.
 *
 * <p>A node whose process paused does not know that it was cut off. So after a pause it is unavailable until all other
 * members have confirmed that it is still one of them.
 *
 * <p>It is unavailable, too, until the cluster has begun to serve.
 */
@Listener
final class AvailabilityGuard implements AutoCloseable {

    private static final Logger LOGGER = System.getLogger(InfinispanSessionStore.class.getName());

    /** Longer than the other nodes need to find out that all who are missing left in order. */
    private static final int TICKS_BEFORE_LOGGED = 30;

    private final List<MembershipCheck<?, ?>> caches;
    private final BooleanSupplier begun;
    private final PauseDetector pauses;
    private final @Nullable Thread ticker;

    /** One flag for everything that may be wrong, so that reading costs no more than looking at it. */
    private volatile boolean doubtful = true;

    private volatile boolean closed;
    private boolean cutOff;
    private boolean logged;
    private int cutOffTicks;

    /** Whether the other members have not confirmed since a pause that this node is one of them. */
    private boolean unconfirmed;

    private boolean confirming;
    private long numberOfPauses;

    private AvailabilityGuard(
            BooleanSupplier begun, PauseDetector pauses, boolean clustered, List<MembershipCheck<?, ?>> caches) {
        this.begun = begun;
        this.caches = caches;
        this.pauses = pauses;
        this.ticker = clustered ? new Thread(this::tick, "cloakroom-infinispan-pauses") : null;
    }

    /**
     * Looks after caches.
     *
     * @param begun whether the cluster has begun to serve; once it has, it has for good
     */
    static AvailabilityGuard of(BooleanSupplier begun, PauseDetector pauses, MembershipCheck<?, ?>... caches) {
        boolean clustered =
                List.of(caches).stream().anyMatch(each -> each.cache().getDistributionManager() != null);
        AvailabilityGuard guard = new AvailabilityGuard(begun, pauses, clustered, List.of(caches));
        guard.caches.forEach(each -> each.cache().addListener(guard));
        if (guard.ticker != null) {
            guard.ticker.setDaemon(true);
            guard.ticker.start();
        }
        return guard;
    }

    private void tick() {
        while (!closed) {
            try {
                pauses.tick(this::doubtAfterPause);
                confirmIfNeeded();
                logIfCutOff();
            } catch (RuntimeException | Error e) {
                // Asking fails while nodes come and go, and a log may fail, too. The next round tries again.
            }
            try {
                TimeUnit.MILLISECONDS.sleep(PauseDetector.TICK_MILLIS);
            } catch (InterruptedException e) {
                // The store is being closed.
            }
        }
    }

    private synchronized void doubtAfterPause() {
        numberOfPauses++;
        unconfirmed = true;
        doubtful = true;
    }

    private void confirmIfNeeded() {
        long pause;
        synchronized (this) {
            if (!unconfirmed || confirming) {
                return;
            }
            confirming = true;
            pause = numberOfPauses;
        }
        CompletionStage<Boolean> confirmed = CompletableFuture.completedStage(true);
        try {
            for (MembershipCheck<?, ?> cache : caches) {
                confirmed = confirmed.thenCombine(cache.confirm(), Boolean::logicalAnd);
            }
        } catch (RuntimeException e) {
            confirmed = CompletableFuture.failedStage(e);
        }
        CompletionStage<Boolean> unused =
                confirmed.whenComplete((yes, failure) -> onConfirmed(failure == null && yes, pause));
    }

    private synchronized void onConfirmed(boolean yes, long pause) {
        confirming = false;
        if (yes && pause == numberOfPauses && caches.stream().allMatch(AvailabilityGuard::isRegular)) {
            unconfirmed = false;
        }
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
        unconfirmed = false;
        doubtful = !begun.getAsBoolean();
    }

    /**
     * Checks that this node may answer.
     *
     * @throws StoreUnavailableException if its copies may be out of date, or the cluster has not begun to serve
     */
    void check() {
        if (ticker != null && pauses.isPausing()) {
            doubtAfterPause();
        }
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
        if (cutOff && !caches.stream().allMatch(AvailabilityGuard::isRegular)) {
            throw new StoreUnavailableException(whyCutOff());
        }
        if (unconfirmed) {
            throw new StoreUnavailableException(
                    "this process did not run for a while, and asks the other nodes whether it still belongs to them");
        }
        cutOff = false;
        doubtful = false;
    }

    /** Says what is so, and what an operator can do. */
    private String whyCutOff() {
        if (caches.stream().allMatch(each -> each.cache().getAvailability() == AvailabilityMode.AVAILABLE)) {
            return "this node has come back to the cluster, and serves as soon as it has its sessions again";
        }
        return "too few nodes of the cluster are here, and the others may be serving: if they are dead, call forceAvailable() on"
                + " a node that is left; if the network is down, mend it. Three nodes, or OnSplit.SERVE, survive the"
                + " death of one";
    }

    /** Logs once that this node is unavailable, and once that it is not any more. */
    private synchronized void logIfCutOff() {
        boolean unavailable = cutOff && !caches.stream().allMatch(AvailabilityGuard::isRegular);
        if (!unavailable) {
            if (logged) {
                LOGGER.log(Level.INFO, "sessions are available again");
            }
            logged = false;
            cutOffTicks = 0;
        } else if (!logged && ++cutOffTicks > TICKS_BEFORE_LOGGED) {
            LOGGER.log(Level.WARNING, "sessions are unavailable: {0}", whyCutOff());
            logged = true;
        }
    }

    /** Returns whether all that own sessions, as this node knows, are members again, as it knows too. */
    private static boolean isRegular(MembershipCheck<?, ?> each) {
        AdvancedCache<?, ?> cache = each.cache();
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

    /** Detects no more pauses. */
    @Override
    public void close() {
        closed = true;
        if (ticker != null) {
            ticker.interrupt();
        }
    }
}
