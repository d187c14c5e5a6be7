package dev.cloakroom.infinispan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.store.SessionKey;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.infinispan.AdvancedCache;
import org.infinispan.factories.GlobalComponentRegistry;
import org.infinispan.manager.EmbeddedCacheManager;
import org.infinispan.remoting.transport.Address;
import org.infinispan.remoting.transport.Transport;
import org.infinispan.remoting.transport.jgroups.JGroupsTransport;
import org.jgroups.JChannel;
import org.jgroups.protocols.DISCARD;
import org.jgroups.protocols.SHARED_LOOPBACK;
import org.jgroups.stack.ProtocolStack;

/** Some nodes of one cluster in this process, which last as long as it does; each store on them has its own caches. */
final class Nodes {

    private static final AtomicInteger NAMES = new AtomicInteger();

    private final List<EmbeddedCacheManager> managers;
    private String latestStore = "";

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

    static JChannel channel(EmbeddedCacheManager manager) {
        return ((JGroupsTransport) GlobalComponentRegistry.componentOf(manager, Transport.class)).getChannel();
    }

    /** Has the network fall apart, between the first nodes and the rest, and waits until all have noticed. */
    void split(int first) throws Exception {
        List<JChannel> channels = managers.stream().map(Nodes::channel).toList();
        for (int i = 0; i < channels.size(); i++) {
            DISCARD discard = new DISCARD();
            for (int j = 0; j < channels.size(); j++) {
                if ((i < first) != (j < first)) {
                    discard.addIgnoreMember(channels.get(j).address());
                }
            }
            channels.get(i)
                    .getProtocolStack()
                    .insertProtocol(discard, ProtocolStack.Position.ABOVE, SHARED_LOOPBACK.class);
        }
        await(() -> IntStream.range(0, managers.size())
                .allMatch(i -> managers.get(i).getMembers().size() == (i < first ? first : managers.size() - first)));
    }

    /** Has the network come together again, and waits until all nodes see each other. */
    void heal() throws InterruptedException {
        managers.forEach(manager -> channel(manager).getProtocolStack().removeProtocol(DISCARD.class));
        await(() -> managers.stream().allMatch(manager -> manager.getMembers().size() == managers.size()));
    }

    /** Waits until something holds, which it does for good. */
    static void await(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(20);
        }
        assertThat(condition.getAsBoolean()).as("and stays so").isTrue();
    }

    /**
     * Has a change of a session in the store that was made last be made on one node only, as when whoever makes it dies
     * in the middle.
     *
     * @param owner which of the session's owners, of which the first is the primary one
     */
    void changeCopy(SessionKey key, int owner, UnaryOperator<SessionEntry> change) {
        Address address = sessions(managers.get(0))
                .getDistributionManager()
                .getCacheTopology()
                .getDistribution(key)
                .writeOwners()
                .get(owner);
        managers.stream()
                .filter(manager -> manager.getAddress().equals(address))
                .forEach(manager -> sessions(manager)
                        .getDataContainer()
                        .compute(
                                key,
                                (same, entry, factory) -> factory.create(
                                        key,
                                        change.apply(
                                                Objects.requireNonNull(entry).getValue()),
                                        entry.getMetadata())));
    }

    /** Returns each node's sessions in the store that was made last. */
    List<AdvancedCache<SessionKey, SessionEntry>> sessions() {
        return managers.stream().map(this::sessions).toList();
    }

    /** Returns a node's sessions in the store that was made last. */
    AdvancedCache<SessionKey, SessionEntry> sessions(EmbeddedCacheManager manager) {
        return manager.<SessionKey, SessionEntry>getCache(latestStore + "-sessions")
                .getAdvancedCache();
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
        latestStore = name;
        return new SpreadStore(managers.stream()
                .map(manager -> settings.apply(InfinispanSessionStore.builder()
                                .clusterName(name)
                                .cacheManager(manager))
                        .build())
                .toList());
    }
}
