package dev.cloakroom.infinispan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.infinispan.AdvancedCache;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What a node tells of the whole cluster without asking the others. */
class SizeTest {

    private static final Nodes NODES = Nodes.clustered(3);
    private static final int SESSIONS = 3_000;
    private static final long NOW = 1_800_000_000_000L;

    private final SecureRandom random = new SecureRandom();

    @AfterAll
    static void stop() {
        NODES.stop();
    }

    @Test
    void size_onAnyNodeOfThree_nearTheNumberOfSessions() {
        try (SpreadStore cluster = NODES.newStore()) {
            List<SessionKey> keys = fill(cluster);
            assertThat(cluster.stores()).allSatisfy(node -> assertNear(node, SESSIONS));

            keys.subList(0, SESSIONS / 2).forEach(cluster::delete);
            cluster.stores().forEach(node -> node.sweep(NOW, Integer.MAX_VALUE, removed -> {}));

            assertThat(cluster.stores()).allSatisfy(node -> assertNear(node, SESSIONS / 2));
        }
    }

    @Test
    void size_onEveryNodeWhichHasAll_exact() {
        try (SpreadStore cluster = NODES.newStore(InfinispanSessionStoreBuilder::replicated)) {
            fill(cluster);

            assertThat(cluster.stores())
                    .allSatisfy(node -> assertThat(node.size()).isEqualTo(SESSIONS));
        }
    }

    @Test
    void newKey_onAnyNode_itIsTheFirstOwner() {
        try (SpreadStore cluster = NODES.newStore()) {
            for (int i = 0; i < NODES.managers().size(); i++) {
                AdvancedCache<SessionKey, SessionEntry> cache =
                        NODES.sessions(NODES.managers().get(i));
                for (int draw = 0; draw < 100; draw++) {
                    SessionKey key = cluster.stores().get(i).newKey(random);
                    assertThat(cache.getDistributionManager()
                                    .getCacheTopology()
                                    .getDistribution(key)
                                    .isPrimary())
                            .isTrue();
                }
            }
        }
    }

    private List<SessionKey> fill(SpreadStore cluster) {
        List<SessionKey> keys = new ArrayList<>();
        for (int i = 0; i < SESSIONS; i++) {
            SessionKey key = cluster.newKey(random);
            keys.add(key);
            cluster.insert(new SessionRecord(key, 1, NOW, NOW, 60_000, NOW + 600_000, null, new byte[10]));
        }
        return keys;
    }

    /** A node has two thirds of the segments, give or take a few, so what it tells is some percent off. */
    private static void assertNear(InfinispanSessionStore node, int sessions) {
        assertThat((double) node.size()).isBetween(sessions * 0.9, sessions * 1.1);
    }
}
