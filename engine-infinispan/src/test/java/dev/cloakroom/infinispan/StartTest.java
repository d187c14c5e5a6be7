package dev.cloakroom.infinispan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.testkit.Concurrently;
import dev.cloakroom.testkit.Effort;
import dev.cloakroom.testkit.FreePorts;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.infinispan.manager.EmbeddedCacheManager;
import org.jgroups.protocols.pbcast.GMS;
import org.junit.jupiter.api.Test;

/** How long nodes that start wait for others, and that those that start at the same moment found one cluster. */
class StartTest {

    private static final String HOST = "127.0.0.1";
    private static final int NODES = 3;
    private static final byte[] KEY = key();

    /** How long JGroups waits for answers. */
    private static final Duration JOIN_TIMEOUT = Duration.ofSeconds(5);

    private List<Integer> ports = FreePorts.several(NODES);

    private static byte[] key() {
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        return key;
    }

    private EmbeddedCacheManager start(int number) {
        return InfinispanSessionStore.builder()
                .clusterName("start")
                .bindAddress(HOST)
                .port(ports.get(number))
                .peers(ports.stream().map(port -> HOST + ":" + port).toArray(String[]::new))
                .start(ClusterIdentity.of(KEY));
    }

    /** Starts nodes at the same moment, each a random part of a time later. */
    private List<EmbeddedCacheManager> startTogether(int number, Duration spread) {
        return Concurrently.run(number, node -> {
            TimeUnit.NANOSECONDS.sleep(ThreadLocalRandom.current().nextLong(spread.toNanos() + 1));
            return start(node);
        });
    }

    /** Checks that nodes find each other, and that none of them had founded a cluster apart from the others. */
    private static void assertOneCluster(List<EmbeddedCacheManager> nodes) throws InterruptedException {
        Nodes.await(() -> nodes.stream().allMatch(node -> node.getMembers().size() == nodes.size()));
        for (EmbeddedCacheManager node : nodes) {
            GMS membership = Nodes.channel(node).getProtocolStack().findProtocol(GMS.class);
            assertThat(membership.printPreviousViews()).doesNotContain("MergeView");
        }
    }

    private static void stop(List<EmbeddedCacheManager> nodes) {
        nodes.forEach(EmbeddedCacheManager::stop);
    }

    @Test
    void firstNode_nobodyListensAtItsPeers_doesNotWaitForThem() {
        // Loads the classes.
        start(0).stop();
        long begun = System.nanoTime();

        EmbeddedCacheManager first = start(0);

        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        first.stop();
        System.out.println("a first node has started after " + took.toMillis() + " ms");
        assertThat(took).isLessThan(JOIN_TIMEOUT);
    }

    @Test
    void nodesAtTheSameMoment_foundOneCluster() throws Exception {
        for (int round = 0; round < Effort.times(6); round++) {
            ports = FreePorts.several(NODES);
            List<EmbeddedCacheManager> nodes = startTogether(NODES, Duration.ofMillis(round % 3 * 50L));
            try {
                assertOneCluster(nodes);
            } finally {
                stop(nodes);
            }
        }
    }

    @Test
    void nodesAtTheSameMoment_aPeerAcceptsAndSaysNothing_waitAndFoundOneCluster() throws Exception {
        for (int round = 0; round < Effort.times(1); round++) {
            ports = FreePorts.several(NODES);
            try (ServerSocket silent = new ServerSocket(ports.get(2), 50, InetAddress.getByName(HOST))) {
                assertThat(silent.isBound()).isTrue();
                long begun = System.nanoTime();
                List<EmbeddedCacheManager> nodes = startTogether(2, Duration.ofMillis(50));
                try {
                    // The silent one might have had the cluster.
                    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(JOIN_TIMEOUT);
                    assertOneCluster(nodes);
                } finally {
                    stop(nodes);
                }
            }
        }
    }
}
