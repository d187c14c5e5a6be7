package dev.cloakroom.infinispan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import dev.cloakroom.testkit.Effort;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.infinispan.AdvancedCache;
import org.infinispan.commands.VisitableCommand;
import org.infinispan.commands.read.GetCacheEntryCommand;
import org.infinispan.commands.read.GetKeyValueCommand;
import org.infinispan.commands.write.ReplaceCommand;
import org.infinispan.context.InvocationContext;
import org.infinispan.distribution.ch.ConsistentHash;
import org.infinispan.distribution.ch.impl.SyncConsistentHashFactory;
import org.infinispan.factories.ComponentRegistry;
import org.infinispan.interceptors.AsyncInterceptorChain;
import org.infinispan.interceptors.BaseAsyncInterceptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How often a node asks another one for a session. */
class LocalityTest {

    private static final int SESSIONS = 100;

    private final SecureRandom random = new SecureRandom();

    /** Counts the commands that a node gets from other nodes. */
    private static final class RemoteCommands extends BaseAsyncInterceptor {

        private final Map<Class<?>, AtomicInteger> counts;

        RemoteCommands(Map<Class<?>, AtomicInteger> counts) {
            this.counts = counts;
        }

        @Override
        public Object visitCommand(InvocationContext context, VisitableCommand command) throws Throwable {
            if (!context.isOriginLocal()) {
                counts.computeIfAbsent(command.getClass(), type -> new AtomicInteger())
                        .incrementAndGet();
            }
            return invokeNext(context, command);
        }
    }

    /** Returns how many commands of each kind the nodes get from each other from now on. */
    private static Map<Class<?>, AtomicInteger> countCommands(List<? extends AdvancedCache<?, ?>> caches) {
        Map<Class<?>, AtomicInteger> counts = new ConcurrentHashMap<>();
        for (AdvancedCache<?, ?> cache : caches) {
            Objects.requireNonNull(ComponentRegistry.componentOf(cache, AsyncInterceptorChain.class))
                    .addInterceptor(new RemoteCommands(counts), 0);
        }
        return counts;
    }

    private static int count(Map<Class<?>, AtomicInteger> counts, Class<?>... commands) {
        return Stream.of(commands)
                .mapToInt(command ->
                        counts.getOrDefault(command, new AtomicInteger()).get())
                .sum();
    }

    private static int reads(Map<Class<?>, AtomicInteger> counts) {
        return count(counts, GetKeyValueCommand.class, GetCacheEntryCommand.class);
    }

    private static SessionRecord record(SessionKey key) {
        long now = System.currentTimeMillis();
        return new SessionRecord(key, 1, now, now, 60_000, now + 600_000, null, new byte[100]);
    }

    private static SessionRecord next(SessionRecord record) {
        return new SessionRecord(
                record.key(),
                record.version() + 1,
                record.createdAt(),
                record.lastAccess(),
                record.idleTimeout(),
                record.absoluteDeadline(),
                null,
                new byte[200]);
    }

    /** The numbers of nodes: more of them in a long search. */
    static List<Integer> numbersOfNodes() {
        return Effort.times(1) == 1 ? List.of(3) : List.of(3, 5, 8);
    }

    @ParameterizedTest
    @MethodSource("numbersOfNodes")
    void sessionsOfEachNode_readOnTheNodeThatMadeThem_noOtherNodeIsAsked(int number) {
        Nodes nodes = Nodes.clustered(number);
        try {
            List<InfinispanSessionStore> stores = nodes.newStore().stores();
            Map<Class<?>, AtomicInteger> remote = countCommands(nodes.sessions());
            for (InfinispanSessionStore store : stores) {
                List<SessionRecord> records = new ArrayList<>();
                for (int i = 0; i < SESSIONS; i++) {
                    records.add(record(store.newKey(random)));
                    assertThat(store.insert(records.get(i))).isTrue();
                }
                for (SessionRecord record : records) {
                    assertThat(store.load(record.key())).isEqualTo(record);
                    assertThat(store.touch(record.key(), record.lastAccess() + 1))
                            .isTrue();
                    assertThat(store.replace(next(record))).isTrue();
                }
            }

            int reads = 3 * number * SESSIONS;
            System.out.printf(
                    "%d nodes, %d sessions: share of local reads %.4f%n",
                    number, number * SESSIONS, 1 - (double) reads(remote) / reads);
            assertThat(reads(remote)).isZero();
            ConsistentHash hash = nodes.sessions()
                    .get(0)
                    .getDistributionManager()
                    .getCacheTopology()
                    .getReadConsistentHash();
            // The calculation of docs/scale.md simulates clusters by this hashing.
            assertThat(hash.getRoutingTableAsString())
                    .isEqualTo(SyncConsistentHashFactory.getInstance()
                            .create(2, 256, hash.getMembers(), null)
                            .getRoutingTableAsString());
        } finally {
            nodes.stop();
        }
    }

    @Test
    void lookupAndCommit_onANodeWithoutTheSession_askOnce() {
        Nodes nodes = Nodes.clustered(3);
        try {
            List<InfinispanSessionStore> stores = nodes.newStore().stores();
            Map<Class<?>, AtomicInteger> remote = countCommands(nodes.sessions());
            int asked = 0;
            for (int i = 0; i < SESSIONS; i++) {
                SessionRecord record = record(stores.get(0).newKey(random));
                stores.get(0).insert(record);
                InfinispanSessionStore other = stores.get(1 + i % 2);
                boolean owner = nodes.sessions()
                        .get(1 + i % 2)
                        .getDistributionManager()
                        .getCacheTopology()
                        .isReadOwner(record.key());

                SessionRecord loaded = Objects.requireNonNull(other.load(record.key()));
                assertThat(other.touch(loaded.key(), loaded.lastAccess() + 1)).isTrue();
                assertThat(other.replace(next(loaded))).isTrue();
                SessionRecord again = Objects.requireNonNull(
                        other.loadAsync(record.key()).toCompletableFuture().join());
                assertThat(again.version()).isEqualTo(2);
                assertThat(other.replace(next(again))).isTrue();

                asked += owner ? 0 : 2;
                assertThat(stores.get(0).load(record.key()))
                        .extracting(SessionRecord::version)
                        .isEqualTo(3L);
            }

            assertThat(asked).isPositive();
            // A garbage collection between the two may take what was remembered.
            assertThat(reads(remote)).isBetween(asked, asked + asked / 10);
        } finally {
            nodes.stop();
        }
    }

    /** Compares what crosses the network with what Infinispan's own {@code get} and {@code replace} send. */
    @Test
    void lookupAndCommit_onANodeWithoutTheSession_sendWhatInfinispansOwnCallsSend() {
        Nodes nodes = Nodes.clustered(3);
        try {
            List<InfinispanSessionStore> stores = nodes.newStore().stores();
            List<AdvancedCache<SessionKey, SessionEntry>> caches = nodes.sessions();
            Map<Class<?>, AtomicInteger> remote = countCommands(caches);
            List<SessionRecord> records = new ArrayList<>();
            for (int i = 0; records.size() < SESSIONS; i++) {
                SessionRecord record = record(stores.get(i % 2).newKey(random));
                stores.get(0).insert(record);
                if (!caches.get(2).getDistributionManager().getCacheTopology().isReadOwner(record.key())) {
                    records.add(record);
                }
            }

            remote.clear();
            for (SessionRecord record : records) {
                SessionEntry entry = Objects.requireNonNull(caches.get(2).get(record.key()));
                assertThat(caches.get(2)
                                .replace(
                                        record.key(),
                                        entry,
                                        entry.then(random.nextLong(), entry.record(), entry.binding()),
                                        1,
                                        TimeUnit.HOURS))
                        .isTrue();
            }
            Map<Class<?>, Integer> own = counts(remote);
            remote.clear();
            for (SessionRecord record : records) {
                SessionRecord loaded = Objects.requireNonNull(stores.get(2).load(record.key()));
                assertThat(stores.get(2).replace(next(loaded))).isTrue();
            }

            Map<Class<?>, Integer> ours = counts(remote);
            assertThat(ours.keySet()).isEqualTo(own.keySet());
            // One to the first owner, one from it to the other.
            assertThat(own).containsEntry(ReplaceCommand.class, 2 * SESSIONS);
            assertThat(ours).containsEntry(ReplaceCommand.class, 2 * SESSIONS);
            // A garbage collection between the two may take what was remembered.
            assertThat(reads(remote)).isBetween(SESSIONS, SESSIONS + SESSIONS / 10);
            System.out.println("commands between nodes, " + SESSIONS + " lookups and commits: " + ours
                    + "; Infinispan's own get and replace: " + own);
        } finally {
            nodes.stop();
        }
    }

    /** The commit must not read again because its own request's touch has changed the entry. */
    @Test
    void commit_rightBehindItsTouch_comparesOnce() {
        Nodes nodes = Nodes.clustered(3);
        try {
            List<InfinispanSessionStore> stores = nodes.newStore().stores();
            Map<Class<?>, AtomicInteger> remote = countCommands(nodes.sessions());
            List<SessionRecord> records = new ArrayList<>();
            for (int i = 0; i < SESSIONS; i++) {
                SessionRecord record = record(stores.get(0).newKey(random));
                stores.get(0).insert(record);
                records.add(record);
            }

            for (InfinispanSessionStore store : List.of(stores.get(0), stores.get(2))) {
                for (int i = 0; i < SESSIONS; i++) {
                    SessionRecord loaded =
                            Objects.requireNonNull(store.load(records.get(i).key()));
                    remote.clear();
                    CompletionStage<Boolean> touch = store.touchAsync(loaded.key(), loaded.lastAccess() + 1_000);
                    assertThat(store.replace(next(loaded))).isTrue();

                    assertThat(touch.toCompletableFuture().join()).isTrue();
                    // Two writes, each of which goes to two owners at most.
                    assertThat(counts(remote).getOrDefault(ReplaceCommand.class, 0))
                            .isLessThanOrEqualTo(4);
                }
            }
        } finally {
            nodes.stop();
        }
    }

    private static Map<Class<?>, Integer> counts(Map<Class<?>, AtomicInteger> commands) {
        Map<Class<?>, Integer> counts = new HashMap<>();
        commands.forEach((command, count) -> counts.put(command, count.get()));
        return counts;
    }
}
