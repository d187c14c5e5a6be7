package dev.cloakroom.infinispan;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.infinispan.AdvancedCache;
import org.infinispan.configuration.cache.ClusteringConfiguration;
import org.infinispan.context.Flag;
import org.infinispan.factories.GlobalComponentRegistry;
import org.infinispan.manager.EmbeddedCacheManager;
import org.infinispan.notifications.Listener;
import org.infinispan.notifications.cachelistener.annotation.PartitionStatusChanged;
import org.infinispan.notifications.cachelistener.event.PartitionStatusChangedEvent;
import org.infinispan.partitionhandling.AvailabilityMode;
import org.infinispan.remoting.transport.Address;
import org.infinispan.topology.CacheTopology;
import org.infinispan.topology.LocalTopologyManager;
import org.jspecify.annotations.Nullable;

/**
 * Lets nodes leave the cluster one after the other, and lets the remaining nodes continue after nodes left in order.
 *
 * <p>A session is lost when all its owners leave before new copies have been made elsewhere. Nodes that close at the same
 * time, as in a deployment, each find that every session has its copies, and leave. So only one node leaves at a time.
 * A node that wants to leave writes its name into a note that all nodes have. The next node takes the note over when the
 * first is gone and no copies are being made. The note expires, so a node that hangs does not block the others for good.
 *
 * <p>Infinispan may take a node that has left for one that was lost. A leaving node tells the coordinator and then closes
 * its connections. If the coordinator itself leaves, or left a moment before, its successor sees only that a node has
 * disappeared. It then makes all sessions unavailable for good. So a leaving node writes a leave notice, which all nodes
 * have before it does anything else; from then on it answers no request. The remaining nodes make the sessions available
 * again when every missing node has written a notice.
 */
@Listener
final class OrderlyLeave {

    private static final Logger LOGGER = System.getLogger(InfinispanSessionStore.class.getName());
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration REMEMBERED = Duration.ofMinutes(10);
    private static final long LOOK_AGAIN_MILLIS = 20;
    private static final long LOOK_AGAIN_AT_LAST_MILLIS = 500;
    private static final String LEAVING = "leaving";

    private final EmbeddedCacheManager manager;
    private final AdvancedCache<String, String> notes;
    private final List<AdvancedCache<?, ?>> caches;
    private final Semaphore unavailable = new Semaphore(1);
    private final Thread watch;

    private OrderlyLeave(
            EmbeddedCacheManager manager, AdvancedCache<String, String> notes, List<AdvancedCache<?, ?>> caches) {
        this.manager = manager;
        this.notes = notes;
        this.caches = caches;
        this.watch = new Thread(this::watch, "cloakroom-infinispan-leave");
        watch.setDaemon(true);
    }

    /** Looks after caches of sessions, by means of one for notes, which all nodes have and which is always available. */
    static OrderlyLeave of(
            EmbeddedCacheManager manager, AdvancedCache<String, String> notes, AdvancedCache<?, ?>... caches) {
        OrderlyLeave leave = new OrderlyLeave(manager, notes, List.of(caches));
        for (AdvancedCache<?, ?> cache : caches) {
            // An earlier store on the same node may have left one.
            notes.remove(leaveNotices(cache) + leave.self());
            cache.addListener(leave);
        }
        leave.watch.start();
        return leave;
    }

    static String id(Address address) {
        return address.getNodeUUID().toString();
    }

    private String self() {
        return id(manager.getAddress());
    }

    private static CacheTopology topology(AdvancedCache<?, ?> cache) {
        return cache.getDistributionManager().getCacheTopology();
    }

    /** Returns how a cache was spread when last nothing was under way, as far as this node has heard. */
    private @Nullable CacheTopology stable(AdvancedCache<?, ?> cache) {
        return GlobalComponentRegistry.componentOf(manager, LocalTopologyManager.class)
                .getStableCacheTopology(cache.getName());
    }

    // Leaving

    /**
     * Waits until this node may leave, for half a minute at most.
     *
     * @param last what is to be done first if there is no other node; called again if it returns false
     */
    void leave(BooleanSupplier last) {
        boolean interrupted = false;
        try {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (isMember(notes) && !(isAlone() ? last.getAsBoolean() : announcesLeave() && !isAlone())) {
                if (System.nanoTime() > deadline || interrupted) {
                    LOGGER.log(Level.WARNING, "leaves the cluster while sessions are being moved; some may be lost");
                    return;
                }
                interrupted = pause();
            }
        } catch (RuntimeException e) {
            LOGGER.log(Level.WARNING, "leaves a cluster that is not whole", e);
        } finally {
            watch.interrupt();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Returns whether there is no other node; one that was there a moment ago may have been the last but one. */
    private boolean isAlone() {
        return topology(notes).getMembers().size() == 1;
    }

    private boolean isMember(AdvancedCache<?, ?> cache) {
        return topology(cache).getMembers().contains(manager.getAddress());
    }

    /** Says that this node is leaving, if it is its turn and every session has copies elsewhere. */
    private boolean announcesLeave() {
        if (!takesNote() || !caches.stream().allMatch(this::isWhole)) {
            return false;
        }
        // So that it does not fade before this node is gone.
        if (!notes.replace(LEAVING, self(), self(), PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
            return false;
        }
        announceLeaveToAll();
        return true;
    }

    private boolean takesNote() {
        String self = self();
        String holder = notes.putIfAbsent(LEAVING, self, PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        if (holder == null || holder.equals(self)) {
            return true;
        }
        boolean gone = caches.stream().allMatch(cache -> isWithout(cache, holder)) && isWithout(notes, holder);
        return gone && notes.replace(LEAVING, holder, self, PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static boolean isWithout(AdvancedCache<?, ?> cache, String node) {
        return topology(cache).getMembers().stream()
                .noneMatch(member -> id(member).equals(node));
    }

    /** Returns whether every session has all its copies on nodes that are there. */
    private boolean isWhole(AdvancedCache<?, ?> cache) {
        CacheTopology topology = topology(cache);
        CacheTopology stable = stable(cache);
        return cache.getAvailability() == AvailabilityMode.AVAILABLE
                && topology.getPhase() == CacheTopology.Phase.NO_REBALANCE
                && topology.getPendingCH() == null
                && manager.getMembers().containsAll(topology.getMembers())
                // When a node has left, there is a moment before what it leaves behind begins to be moved.
                && stable != null
                && stable.getCurrentCH().equals(topology.getCurrentCH());
    }

    /** Returns whether each session is on more than one node, so that one may leave. */
    private static boolean hasCopies(AdvancedCache<?, ?> cache) {
        ClusteringConfiguration clustering = cache.getCacheConfiguration().clustering();
        return clustering.cacheMode().isReplicated() || clustering.hash().numOwners() > 1;
    }

    /** What a node says that leaves: the topology that it leaves, and the nodes that have all sessions, itself included. */
    private record LeaveNotice(int topology, Set<String> members) {

        private static LeaveNotice parse(String text) {
            String[] parts = text.split(" ", 2);
            return new LeaveNotice(Integer.parseInt(parts[0]), Set.of(parts[1].split(",", -1)));
        }

        @Override
        public String toString() {
            return topology + " " + String.join(",", members);
        }
    }

    private static String leaveNotices(AdvancedCache<?, ?> cache) {
        return "farewell " + cache.getName() + " ";
    }

    /** Tells all nodes that this one leaves when all is whole. */
    void announceLeaveToAll() {
        caches.stream().filter(OrderlyLeave::hasCopies).forEach(this::announceLeave);
    }

    private void announceLeave(AdvancedCache<?, ?> cache) {
        CacheTopology topology = topology(cache);
        LeaveNotice leaveNotice = new LeaveNotice(topology.getTopologyId(), ids(topology.getMembers()));
        notes.put(leaveNotices(cache) + self(), leaveNotice.toString(), REMEMBERED.toMillis(), TimeUnit.MILLISECONDS);
    }

    static Set<String> ids(Collection<Address> addresses) {
        return addresses.stream().map(OrderlyLeave::id).collect(Collectors.toSet());
    }

    // Staying

    /** Notes that sessions have become unavailable. Called by Infinispan, whose thread must not be held up. */
    @PartitionStatusChanged
    public void onChange(PartitionStatusChangedEvent<?, ?> event) {
        if (event.getAvailabilityMode() != AvailabilityMode.AVAILABLE) {
            unavailable.release();
        }
    }

    private void watch() {
        try {
            while (true) {
                unavailable.acquire();
                unavailable.drainPermits();
                untilAvailable();
            }
        } catch (InterruptedException e) {
            // This node leaves, too.
        }
    }

    /** Looks again and again whether sessions are unavailable because of nodes that left in order. */
    private void untilAvailable() throws InterruptedException {
        long wait = LOOK_AGAIN_MILLIS;
        while (!caches.stream().allMatch(this::isAvailable)) {
            TimeUnit.MILLISECONDS.sleep(wait);
            wait = Math.min(wait * 2, LOOK_AGAIN_AT_LAST_MILLIS);
        }
    }

    private boolean isAvailable(AdvancedCache<?, ?> cache) {
        try {
            return cache.getAvailability() == AvailabilityMode.AVAILABLE || goesOn(cache);
        } catch (RuntimeException | Error e) {
            // It is stopping, or things are changing just now.
            return false;
        }
    }

    private boolean goesOn(AdvancedCache<?, ?> cache) {
        List<Address> present = topology(cache).getActualMembers().stream()
                .filter(manager.getMembers()::contains)
                .toList();
        boolean speaks = !present.isEmpty() && present.get(0).equals(manager.getAddress());
        if (!speaks || !areExplained(cache, ids(present))) {
            return false;
        }
        LOGGER.log(Level.INFO, "goes on without nodes that left in order");
        cache.setAvailability(AvailabilityMode.AVAILABLE);
        return true;
    }

    /** Returns whether all who are missing have bidden leaveNotice. */
    private boolean areExplained(AdvancedCache<?, ?> cache, Set<String> present) {
        CacheTopology stable = stable(cache);
        if (stable == null) {
            return false;
        }
        Map<String, LeaveNotice> leaveNotices = new HashMap<>();
        String prefix = leaveNotices(cache);
        notes.withFlags(Flag.CACHE_MODE_LOCAL).forEach((key, text) -> {
            if (key.startsWith(prefix)) {
                leaveNotices.put(key.substring(prefix.length()), LeaveNotice.parse(text));
            }
        });
        // The node that left last may have known a later topology than this one.
        LeaveNotice latest = new LeaveNotice(stable.getTopologyId(), ids(stable.getMembers()));
        for (LeaveNotice leaveNotice : leaveNotices.values()) {
            latest = leaveNotice.topology() > latest.topology() ? leaveNotice : latest;
        }
        return latest.members().stream()
                .allMatch(member -> present.contains(member) || leaveNotices.containsKey(member));
    }

    /** Waits a little, and returns whether the thread was interrupted. */
    private static boolean pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
            return false;
        } catch (InterruptedException e) {
            return true;
        }
    }
}
