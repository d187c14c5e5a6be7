package dev.cloakroom.examples.capacity;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.infinispan.distribution.ch.ConsistentHash;
import org.infinispan.distribution.ch.impl.ConsistentHashFactory;
import org.infinispan.distribution.ch.impl.DefaultConsistentHash;
import org.infinispan.distribution.ch.impl.SyncConsistentHashFactory;
import org.infinispan.remoting.transport.Address;

/**
 * Which nodes of a cluster own which sessions, by the hashing that {@code InfinispanSessionStore} uses: 256 segments, which
 * Infinispan distributes over the nodes.
 *
 * @param nodes how many nodes there are
 * @param largest the sessions on the fullest node, as a multiple of the average
 * @param moved the share of all copies that is sent to other nodes when one node joins or is lost
 * @param localAfterJoin the share of sessions that the node of a sticky balancer still owns after one node has joined
 */
record Ownership(int nodes, double largest, double moved, double localAfterJoin) {

    /** As in {@code InfinispanSessionStoreBuilder}; LocalityTest of engine-infinispan compares the hashing with a real cluster. */
    static final int SEGMENTS = 256;

    private static final ConsistentHashFactory<DefaultConsistentHash> FACTORY = SyncConsistentHashFactory.getInstance();

    /** Simulates clusters of random node ids, and returns the average. */
    static Ownership simulate(int nodes, int owners, int rounds) {
        double largest = 0;
        double moved = 0;
        double local = 0;
        for (int round = 0; round < rounds; round++) {
            List<Address> more =
                    Stream.generate(Address::random).limit(nodes + 1).toList();
            List<Address> present = more.subList(0, nodes);
            ConsistentHash before = hash(owners, present);
            ConsistentHash after = hash(owners, more);
            largest += present.stream()
                            .mapToInt(node -> before.getSegmentsForOwner(node).size())
                            .max()
                            .orElseThrow()
                    / ((double) SEGMENTS * Math.min(owners, nodes) / nodes);
            // The hashing depends on the nodes alone, not on what was before: a loss is a join backwards.
            moved += moved(before, after);
            local += stillLocal(before, after);
        }
        return new Ownership(nodes, largest / rounds, moved / rounds, local / rounds);
    }

    /** Returns the owners of all segments. */
    static ConsistentHash hash(int owners, List<Address> nodes) {
        DefaultConsistentHash created = FACTORY.create(owners, SEGMENTS, new ArrayList<>(nodes), null);
        return FACTORY.rebalance(created);
    }

    /** Returns the share of copies that are on nodes where they were not before. */
    private static double moved(ConsistentHash before, ConsistentHash after) {
        int copies = 0;
        int moved = 0;
        for (int segment = 0; segment < SEGMENTS; segment++) {
            Set<Address> owners = new HashSet<>(after.locateOwnersForSegment(segment));
            copies += owners.size();
            before.locateOwnersForSegment(segment).forEach(owners::remove);
            moved += owners.size();
        }
        return (double) moved / copies;
    }

    private static double stillLocal(ConsistentHash before, ConsistentHash after) {
        int local = 0;
        for (int segment = 0; segment < SEGMENTS; segment++) {
            if (after.locateOwnersForSegment(segment).contains(before.locatePrimaryOwnerForSegment(segment))) {
                local++;
            }
        }
        return (double) local / SEGMENTS;
    }
}
