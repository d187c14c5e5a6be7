package dev.cloakroom.infinispan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.infinispan.AdvancedCache;
import org.infinispan.commands.VisitableCommand;
import org.infinispan.commands.read.GetCacheEntryCommand;
import org.infinispan.commands.read.GetKeyValueCommand;
import org.infinispan.context.InvocationContext;
import org.infinispan.distribution.ch.ConsistentHash;
import org.infinispan.distribution.ch.impl.SyncConsistentHashFactory;
import org.infinispan.factories.ComponentRegistry;
import org.infinispan.interceptors.AsyncInterceptorChain;
import org.infinispan.interceptors.BaseAsyncInterceptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How often a node asks another one for a session. */
class LocalityTest {

    private static final int SESSIONS = 100;

    private final SecureRandom random = new SecureRandom();

    /** Counts the reads that a node answers to other nodes. */
    private static final class RemoteReads extends BaseAsyncInterceptor {

        private final AtomicInteger count;

        RemoteReads(AtomicInteger count) {
            this.count = count;
        }

        @Override
        public Object visitCommand(InvocationContext context, VisitableCommand command) throws Throwable {
            if (!context.isOriginLocal()
                    && (command instanceof GetKeyValueCommand || command instanceof GetCacheEntryCommand)) {
                count.incrementAndGet();
            }
            return invokeNext(context, command);
        }
    }

    private static AtomicInteger countRemoteReads(Nodes nodes) {
        AtomicInteger count = new AtomicInteger();
        for (AdvancedCache<?, ?> cache : nodes.sessions()) {
            Objects.requireNonNull(ComponentRegistry.componentOf(cache, AsyncInterceptorChain.class))
                    .addInterceptor(new RemoteReads(count), 0);
        }
        return count;
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

    @ParameterizedTest
    @ValueSource(ints = {3, 5})
    void sessionsOfEachNode_readOnTheNodeThatMadeThem_noOtherNodeIsAsked(int number) {
        Nodes nodes = Nodes.clustered(number);
        try {
            List<InfinispanSessionStore> stores = nodes.newStore().stores();
            AtomicInteger remoteReads = countRemoteReads(nodes);
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

            assertThat(remoteReads.get()).isZero();
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
            AtomicInteger remoteReads = countRemoteReads(nodes);
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
            assertThat(remoteReads.get()).isBetween(asked, asked + asked / 10);
        } finally {
            nodes.stop();
        }
    }
}
