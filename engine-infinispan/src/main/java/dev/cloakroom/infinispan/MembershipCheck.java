package dev.cloakroom.infinispan;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.infinispan.AdvancedCache;
import org.infinispan.context.Flag;
import org.infinispan.distribution.DistributionManager;
import org.infinispan.distribution.LocalizedCacheTopology;
import org.infinispan.remoting.transport.Address;

/**
 * Finds out whether the other nodes of a cache still count this one as a member. Nothing here blocks.
 *
 * <p>It writes an entry of no meaning to each of them, under a key that the other node is the primary owner of. A
 * primary owner accepts a write only from a node that has the same topology, so each confirms that it knows no later
 * topology, as one without this node would be. A session that this node has a copy of has its primary owner among them,
 * or would get one from among them.
 *
 * @param cache the cache
 * @param keys any keys
 * @param values entries of no meaning, which expire soon
 */
record MembershipCheck<K, V extends TokenedValue<V>>(AdvancedCache<K, V> cache, Supplier<K> keys, Supplier<V> values) {

    private static final int DRAWS = 100_000;
    private static final long KEPT_SECONDS = 1;

    /** Completes with true if all other members confirm; with false, or exceptionally, if one does not. */
    CompletionStage<Boolean> confirm() {
        DistributionManager distribution = cache.getDistributionManager();
        if (distribution == null) {
            return CompletableFuture.completedStage(true);
        }
        LocalizedCacheTopology topology = distribution.getCacheTopology();
        List<CompletableFuture<?>> writes = new ArrayList<>();
        for (Address member : topology.getMembers()) {
            if (!member.equals(topology.getLocalAddress())) {
                writes.add(cache.withFlags(Flag.IGNORE_RETURN_VALUES)
                        .putAsync(keyOf(topology, member), values.get(), KEPT_SECONDS, TimeUnit.SECONDS));
            }
        }
        return CompletableFuture.allOf(writes.toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> distribution.getCacheTopology().getTopologyId() == topology.getTopologyId());
    }

    private K keyOf(LocalizedCacheTopology topology, Address member) {
        for (int i = 0; i < DRAWS; i++) {
            K key = keys.get();
            if (member.equals(topology.getDistribution(key).primary())) {
                return key;
            }
        }
        throw new IllegalStateException("a node of the cluster is the primary owner of nothing yet");
    }
}
