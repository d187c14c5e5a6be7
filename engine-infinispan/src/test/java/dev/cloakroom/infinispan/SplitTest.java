package dev.cloakroom.infinispan;

import static dev.cloakroom.infinispan.Nodes.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionRecord;
import dev.cloakroom.store.StoreUnavailableException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.infinispan.AdvancedCache;
import org.infinispan.manager.EmbeddedCacheManager;
import org.infinispan.notifications.Listener;
import org.infinispan.notifications.cachelistener.annotation.PartitionStatusChanged;
import org.infinispan.notifications.cachelistener.event.PartitionStatusChangedEvent;
import org.infinispan.partitionhandling.AvailabilityMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A network that falls apart between the first two nodes and the rest, and comes together again. */
class SplitTest {

    private static final PrincipalKey ADA = new PrincipalKey(0xADA, 1);
    private static final int SESSIONS = 100;

    private Nodes nodes = Nodes.clustered(3);
    private List<InfinispanSessionStore> stores = List.of();

    @AfterEach
    void stop() {
        nodes.stop();
    }

    /** Waits until a call does not find the cluster in between. */
    private static boolean answers(Runnable call) {
        try {
            call.run();
            return true;
        } catch (StoreUnavailableException e) {
            return false;
        }
    }

    private List<SessionRecord> sessions() {
        List<SessionRecord> records = Sessions.several(SESSIONS, ADA, "first".getBytes(StandardCharsets.UTF_8));
        records.forEach(record -> assertThat(stores.get(0).insert(record)).isTrue());
        return records;
    }

    private static SessionRecord next(SessionRecord record, String data) {
        return new SessionRecord(
                record.key(),
                record.version() + 1,
                record.createdAt(),
                record.lastAccess(),
                record.idleTimeout(),
                record.absoluteDeadline(),
                record.principal(),
                data.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void deny_split_minorityIsUnavailableAndNothingEndedAnswers() throws Exception {
        stores = nodes.newStore(settings -> settings.onSplit(OnSplit.DENY)).stores();
        List<SessionRecord> records = sessions();

        nodes.split(2);
        List<SessionRecord> ended = records.subList(0, 20);
        List<SessionRecord> changed = records.subList(20, 40);
        for (SessionRecord record : ended) {
            await(() -> answers(() -> stores.get(0).delete(record.key())));
        }
        for (SessionRecord record : changed) {
            await(() -> answers(() -> stores.get(1).replace(next(record, "second"))));
        }
        await(() -> !answers(() -> stores.get(2).load(records.get(0).key())));
        for (SessionRecord record : records) {
            assertThatThrownBy(() -> stores.get(2).load(record.key())).isInstanceOf(StoreUnavailableException.class);
            assertThatThrownBy(() -> stores.get(2).delete(record.key())).isInstanceOf(StoreUnavailableException.class);
        }

        nodes.heal();
        for (InfinispanSessionStore store : stores) {
            await(() -> answers(() -> records.forEach(record -> store.load(record.key()))));
            assertThat(ended)
                    .allSatisfy(record -> assertThat(store.load(record.key())).isNull());
            assertThat(changed)
                    .allSatisfy(record -> assertThat(store.load(record.key())).isEqualTo(next(record, "second")));
            assertThat(records.subList(40, SESSIONS))
                    .allSatisfy(record -> assertThat(store.load(record.key())).isEqualTo(record));
            assertThat(store.byPrincipal(ADA)).hasSize(SESSIONS - 20);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void deny_noSideWithMostNodes_copiesThatDifferBecomeTheSame(int owner) throws Exception {
        nodes.stop();
        nodes = Nodes.clustered(4);
        stores = nodes.newStore(settings -> settings.onSplit(OnSplit.DENY)).stores();
        List<SessionRecord> records = sessions();
        nodes.split(2);
        for (EmbeddedCacheManager manager : nodes.managers()) {
            await(() -> availability(manager).allMatch(AvailabilityMode.DEGRADED_MODE::equals));
        }
        List<SessionRecord> ended = records.subList(0, 20);
        List<SessionRecord> changed = records.subList(20, 40);
        ended.forEach(record -> nodes.changeCopy(
                record.key(), owner, entry -> entry.then(record.key().low(), null, 0)));
        changed.forEach(record -> nodes.changeCopy(
                record.key(), owner, entry -> entry.then(record.key().low(), next(record, "second"), entry.binding())));

        nodes.heal();

        for (InfinispanSessionStore store : stores) {
            await(() -> answers(() -> records.forEach(record -> store.load(record.key()))));
            await(() -> ended.stream().allMatch(record -> store.load(record.key()) == null));
            await(() ->
                    changed.stream().allMatch(record -> next(record, "second").equals(store.load(record.key()))));
            assertThat(records.subList(40, SESSIONS))
                    .allSatisfy(record -> assertThat(store.load(record.key())).isEqualTo(record));
            assertThat(store.byPrincipal(ADA)).hasSize(SESSIONS - 20);
        }
        for (int i = 0; i < changed.size(); i++) {
            SessionRecord second = next(changed.get(i), "second");
            assertThat(stores.get(i % 4).replace(next(second, "third"))).isTrue();
        }
    }

    @Test
    void deny_mostNodesLost_survivorGoesOnWhenTold() throws Exception {
        stores = nodes.newStore(settings -> settings.onSplit(OnSplit.DENY).replicated())
                .stores();
        List<SessionRecord> records = sessions();
        nodes.split(2);
        InfinispanSessionStore survivor = stores.get(2);
        await(() -> availability(nodes.managers().get(2)).allMatch(AvailabilityMode.DEGRADED_MODE::equals));
        assertThat(answers(() -> survivor.load(records.get(0).key()))).isFalse();

        survivor.forceAvailable();

        await(() -> answers(() -> survivor.load(records.get(0).key())));
        assertThat(records)
                .allSatisfy(record -> assertThat(survivor.load(record.key())).isEqualTo(record));
        assertThat(survivor.delete(records.get(0).key())).isTrue();
        assertThat(survivor.byPrincipal(ADA)).hasSize(SESSIONS - 1);
    }

    /** Which caches of a node have been unavailable since this was made. */
    @Listener
    public static final class CutOff {

        private final Set<String> names = ConcurrentHashMap.newKeySet();

        private CutOff(EmbeddedCacheManager manager) {
            sessionCaches(manager).forEach(cache -> cache.addListener(this));
        }

        @PartitionStatusChanged
        public void onChange(PartitionStatusChangedEvent<?, ?> event) {
            if (event.getAvailabilityMode() == AvailabilityMode.DEGRADED_MODE) {
                names.add(event.getCache().getName());
            }
        }
    }

    @Test
    void deny_mostNodesVanishedAfterTheirFarewell_survivorGoesOn() throws Exception {
        stores = nodes.newStore(settings -> settings.onSplit(OnSplit.DENY).replicated())
                .stores();
        List<SessionRecord> records = sessions();
        stores.get(0).announceLeave();
        stores.get(1).announceLeave();
        EmbeddedCacheManager manager = nodes.managers().get(2);
        CutOff cutOff = new CutOff(manager);

        nodes.split(2);

        InfinispanSessionStore survivor = stores.get(2);
        // Infinispan takes the others for lost some time after they have gone, and only then the survivor can go on.
        await(() -> cutOff.names.size() == sessionCaches(manager).count());
        await(() -> availability(manager).allMatch(AvailabilityMode.AVAILABLE::equals));
        await(() -> answers(() -> survivor.load(records.get(0).key())));
        assertThat(records)
                .allSatisfy(record -> assertThat(survivor.load(record.key())).isEqualTo(record));
    }

    @Test
    void deny_oneOfTwoMissingNodesBadeFarewell_survivorIsUnavailable() throws Exception {
        stores = nodes.newStore(settings -> settings.onSplit(OnSplit.DENY).replicated())
                .stores();
        List<SessionRecord> records = sessions();
        stores.get(0).announceLeave();

        nodes.split(2);

        await(() -> availability(nodes.managers().get(2)).allMatch(AvailabilityMode.DEGRADED_MODE::equals));
        // Longer than a survivor takes to go on.
        TimeUnit.SECONDS.sleep(2);
        assertThat(answers(() -> stores.get(2).load(records.get(0).key()))).isFalse();
    }

    private static Stream<AdvancedCache<?, ?>> sessionCaches(EmbeddedCacheManager manager) {
        return manager.getCacheNames().stream()
                .filter(name -> !name.endsWith("-notes"))
                .map(name -> manager.getCache(name).getAdvancedCache());
    }

    private static Stream<AvailabilityMode> availability(EmbeddedCacheManager manager) {
        return sessionCaches(manager).map(AdvancedCache::getAvailability);
    }

    @Test
    void serve_split_bothSidesAnswerAndAfterItTheEndingThenTheLaterChangeCounts() throws Exception {
        stores = nodes.newStore(settings -> settings.onSplit(OnSplit.SERVE)).stores();
        List<SessionRecord> records = sessions();

        nodes.split(2);
        List<SessionRecord> endedThere = new ArrayList<>();
        List<SessionRecord> changedTwiceThere = new ArrayList<>();
        for (int i = 0; i < SESSIONS; i++) {
            SessionRecord record = records.get(i);
            boolean onBoth = stores.get(2).load(record.key()) != null;
            assertThat(stores.get(0).load(record.key()) != null || onBoth).isTrue();
            if (!onBoth || stores.get(0).load(record.key()) == null) {
                continue;
            }
            if (i % 2 == 0) {
                assertThat(stores.get(2).delete(record.key())).isTrue();
                assertThat(stores.get(0).replace(next(record, "here"))).isTrue();
                endedThere.add(record);
            } else {
                assertThat(stores.get(0).replace(next(record, "here"))).isTrue();
                assertThat(stores.get(2).replace(next(record, "there"))).isTrue();
                assertThat(stores.get(2).replace(next(next(record, "there"), "there again")))
                        .isTrue();
                changedTwiceThere.add(record);
            }
        }
        assertThat(endedThere).isNotEmpty();
        assertThat(changedTwiceThere).isNotEmpty();

        nodes.heal();
        for (InfinispanSessionStore store : stores) {
            await(() -> endedThere.stream().allMatch(record -> store.load(record.key()) == null)
                    && changedTwiceThere.stream()
                            .allMatch(record ->
                                    next(next(record, "there"), "there again").equals(store.load(record.key())))
                    && records.stream()
                            .allMatch(record -> (store.load(record.key()) == null) == endedThere.contains(record))
                    && store.byPrincipal(ADA).size() == SESSIONS - endedThere.size());
        }
    }
}
