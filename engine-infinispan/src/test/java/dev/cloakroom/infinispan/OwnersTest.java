package dev.cloakroom.infinispan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import java.util.List;
import java.util.function.UnaryOperator;
import org.infinispan.manager.EmbeddedCacheManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** On how many nodes sessions are. */
class OwnersTest {

    private static final Nodes NODES = Nodes.clustered(2);

    private final String name = "owners";

    @AfterAll
    static void stop() {
        NODES.stop();
    }

    @Test
    void oneOwner_bothSidesServe_everyNodeFindsWhatIsOnOne() {
        List<InfinispanSessionStore> stores =
                stores(settings -> settings.owners(1).onSplit(OnSplit.SERVE));

        for (int i = 0; i < 20; i++) {
            long now = System.currentTimeMillis();
            SessionRecord record =
                    new SessionRecord(new SessionKey(~i, i), 1, now, now, 60_000, now + 60_000, null, new byte[] {1});
            assertThat(stores.get(i % 2).insert(record)).isTrue();
            assertThat(stores)
                    .allSatisfy(store -> assertThat(store.load(record.key())).isNotNull());
        }

        List<Integer> held = NODES.managers().stream()
                .map(manager -> manager.getCache(name + "-sessions"))
                .map(cache -> cache.getAdvancedCache().getDataContainer().size())
                .toList();
        assertThat(held).doesNotContain(0);
        assertThat(held.get(0) + held.get(1)).isEqualTo(20);
    }

    @Test
    void oneOwner_cutOffSideDenied_refused() {
        assertThatThrownBy(() -> stores(settings -> settings.owners(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("have two owners, or OnSplit.SERVE");
        assertThatThrownBy(() -> InfinispanSessionStore.builder()
                        .withinProcess()
                        .owners(1)
                        .build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("have two owners, or OnSplit.SERVE");
    }

    @Test
    void oneOwner_noCluster_works() {
        try (InfinispanSessionStore store =
                InfinispanSessionStore.builder().owners(1).build()) {
            assertThat(store.load(new SessionKey(1, 2))).isNull();
        }
    }

    private List<InfinispanSessionStore> stores(UnaryOperator<InfinispanSessionStoreBuilder> settings) {
        return NODES.managers().stream()
                .map((EmbeddedCacheManager manager) -> settings.apply(InfinispanSessionStore.builder()
                                .clusterName(name)
                                .cacheManager(manager))
                        .build())
                .toList();
    }
}
