package dev.cloakroom.infinispan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import dev.cloakroom.store.StoreUnavailableException;
import dev.cloakroom.testkit.Effort;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Nodes of one process that close at the same time, in any order; each round is a cluster of its own. */
class OrderlyLeaveTest {

    private static final int SESSIONS = 200;
    private static final long DEADLINE_SECONDS = 60;

    private static List<SessionRecord> sessions(InfinispanSessionStore store) {
        List<SessionRecord> records = Sessions.several(SESSIONS, null, new byte[1]);
        records.forEach(record -> assertThat(store.insert(record)).isTrue());
        return records;
    }

    /** Asks until there is an answer: Infinispan may take a node that has just left in order for one that is lost. */
    private static @Nullable SessionRecord load(InfinispanSessionStore store, SessionKey key)
            throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (true) {
            try {
                return store.load(key);
            } catch (StoreUnavailableException e) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("unavailable for good after nodes left in order", e);
                }
                TimeUnit.MILLISECONDS.sleep(5);
            }
        }
    }

    private static void allButOneLeave(int round, UnaryOperator<InfinispanSessionStoreBuilder> settings)
            throws Exception {
        List<InfinispanSessionStore> stores = new ArrayList<>();
        Stream.generate(() -> settings.apply(InfinispanSessionStore.builder()
                                .clusterName("departures-" + round)
                                .withinProcess())
                        .build())
                .limit(3)
                .forEach(stores::add);
        InfinispanSessionStore last = stores.remove(new Random(round).nextInt(3));
        ExecutorService leaving = Executors.newFixedThreadPool(2);
        try (last) {
            List<SessionRecord> records = sessions(last);
            List<Future<?>> gone = new ArrayList<>();
            for (InfinispanSessionStore store : stores) {
                gone.add(leaving.submit(store::close));
            }
            for (Future<?> each : gone) {
                each.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
            }

            for (SessionRecord record : records) {
                assertThat(load(last, record.key())).isEqualTo(record);
            }
            assertThat(last.nodes()).isEqualTo(1);
            assertThat(last.delete(records.get(0).key())).isTrue();
        } finally {
            leaving.shutdownNow();
            stores.forEach(InfinispanSessionStore::close);
        }
    }

    @Test
    void leave_ofAllButOneAtATime_nothingLostAndTheLastGoesOn() throws Exception {
        for (int round = 0; round < Effort.times(6); round++) {
            allButOneLeave(round, settings -> settings);
        }
    }

    @Test
    void leave_ofAllButOneOfAReplicatedCluster_nothingLostAndTheLastGoesOn() throws Exception {
        for (int round = 100; round < 100 + Effort.times(3); round++) {
            allButOneLeave(round, InfinispanSessionStoreBuilder::replicated);
        }
    }
}
