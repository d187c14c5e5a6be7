package dev.cloakroom.infinispan;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.infinispan.manager.EmbeddedCacheManager;

/** Some nodes of one cluster in this process, which last as long as it does; each store on them has its own caches. */
final class Nodes {

    private static final AtomicInteger NAMES = new AtomicInteger();

    private final List<EmbeddedCacheManager> managers;

    private Nodes(List<EmbeddedCacheManager> managers) {
        this.managers = managers;
    }

    /** Starts nodes that find each other. */
    static Nodes clustered(int number) {
        String name = "nodes-" + NAMES.incrementAndGet();
        return new Nodes(Stream.generate(() -> InfinispanSessionStore.builder()
                        .clusterName(name)
                        .withinProcess()
                        .start(null))
                .limit(number)
                .toList());
    }

    /** Starts a node that looks for no others. */
    static Nodes local() {
        return new Nodes(List.of(InfinispanSessionStore.builder().start(null)));
    }

    List<EmbeddedCacheManager> managers() {
        return managers;
    }

    void stop() {
        managers.forEach(EmbeddedCacheManager::stop);
    }

    /** Returns an empty store, each call of which is made on any node. */
    SpreadStore newStore() {
        return newStore(UnaryOperator.identity());
    }

    SpreadStore newStore(UnaryOperator<InfinispanSessionStoreBuilder> settings) {
        String name = "store-" + NAMES.incrementAndGet();
        return new SpreadStore(managers.stream()
                .map(manager -> settings.apply(InfinispanSessionStore.builder()
                                .clusterName(name)
                                .cacheManager(manager))
                        .build())
                .toList());
    }
}
