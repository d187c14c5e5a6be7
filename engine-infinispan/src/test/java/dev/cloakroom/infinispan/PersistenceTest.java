package dev.cloakroom.infinispan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cloakroom.Lookup;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.SessionEvent;
import dev.cloakroom.key.KeyAlgorithm;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.key.KeySet;
import dev.cloakroom.key.SigningKey;
import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import dev.cloakroom.store.StoreUnavailableException;
import dev.cloakroom.testkit.Concurrently;
import dev.cloakroom.testkit.Effort;
import dev.cloakroom.testkit.ManualClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.infinispan.Cache;
import org.infinispan.configuration.cache.CacheMode;
import org.infinispan.configuration.cache.ConfigurationBuilder;
import org.infinispan.manager.EmbeddedCacheManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions that outlive a restart of all nodes, and those that must not. */
class PersistenceTest {

    private static final AtomicInteger CLUSTERS = new AtomicInteger();
    private static final int SESSIONS = 200;
    private static final PrincipalKey ADA = new PrincipalKey(7, 7);
    private static final PrincipalKey BOB = new PrincipalKey(8, 8);
    private static final long NOW = System.currentTimeMillis();
    private static final Duration LONG = Duration.ofMinutes(10);

    @TempDir
    private Path directory;

    private final String cluster = "persistence-" + CLUSTERS.incrementAndGet();
    private final ManualClock clock = new ManualClock(Instant.ofEpochMilli(NOW));
    private final List<InfinispanSessionStore> started = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void stop() {
        started.forEach(InfinispanSessionStore::close);
    }

    private Path directory(int node) {
        return directory.resolve("node" + node);
    }

    private Path file(int node) {
        return directory(node).resolve("sessions");
    }

    private InfinispanSessionStore start(int node) {
        return start(node, LONG);
    }

    private InfinispanSessionStore start(int node, Duration patience) {
        return started(InfinispanSessionStore.builder()
                .clusterName(cluster)
                .withinProcess()
                .clock(clock)
                .persistedTo(directory(node))
                .restartPatience(patience));
    }

    private InfinispanSessionStore startLocal() {
        return started(InfinispanSessionStore.builder()
                .clusterName(cluster)
                .clock(clock)
                .persistedTo(directory(0)));
    }

    private InfinispanSessionStore started(InfinispanSessionStoreBuilder builder) {
        InfinispanSessionStore store = builder.build();
        started.add(store);
        return store;
    }

    private List<InfinispanSessionStore> startAll(int... nodes) {
        return IntStream.of(nodes).mapToObj(this::start).toList();
    }

    private static void close(List<InfinispanSessionStore> stores) {
        stores.forEach(InfinispanSessionStore::close);
    }

    private static SessionRecord session(int number, long version, PrincipalKey principal) {
        return new SessionRecord(
                new SessionKey(number * 0x9E3779B97F4A7C15L, number),
                version,
                NOW,
                NOW,
                600_000,
                NOW + 3_600_000,
                principal,
                ("data " + number + " " + version).getBytes(StandardCharsets.UTF_8));
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("it does not come to be");
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private static boolean answers(InfinispanSessionStore store) {
        try {
            store.load(session(0, 1, ADA).key());
            return true;
        } catch (StoreUnavailableException e) {
            return false;
        }
    }

    /** Fills a store: some sessions are changed, touched, and ended. */
    private static Map<SessionKey, SessionRecord> fill(List<InfinispanSessionStore> stores) {
        Map<SessionKey, SessionRecord> alive = new ConcurrentHashMap<>();
        for (int i = 0; i < SESSIONS; i++) {
            InfinispanSessionStore store = stores.get(i % stores.size());
            SessionRecord record = session(i, 1, i % 2 == 0 ? ADA : BOB);
            assertThat(store.insert(record)).isTrue();
            if (i % 3 == 0) {
                SessionRecord next = session(i, 2, BOB);
                assertThat(store.replace(next)).isTrue();
                record = next;
            }
            if (i % 5 == 0) {
                assertThat(store.touch(record.key(), NOW + 1_000)).isTrue();
                record = record.touched(NOW + 1_000);
            }
            if (i % 7 == 0) {
                assertThat(store.delete(record.key())).isTrue();
            } else {
                alive.put(record.key(), record);
            }
        }
        return alive;
    }

    private static void assertAllThere(List<InfinispanSessionStore> stores, Map<SessionKey, SessionRecord> alive) {
        for (InfinispanSessionStore store : stores) {
            for (int i = 0; i < SESSIONS; i++) {
                SessionKey key = session(i, 1, ADA).key();
                assertThat(store.load(key)).isEqualTo(alive.get(key));
            }
            assertThat((double) store.size()).isBetween(alive.size() * 0.75, SESSIONS * 1.25);
        }
    }

    private static List<SessionKey> order(InfinispanSessionStore store, PrincipalKey principal) {
        return store.byPrincipal(principal).stream().map(SessionRecord::key).toList();
    }

    @Test
    void restart_ofThreeNodesOneByOne_everythingIsAsItWas() throws Exception {
        List<InfinispanSessionStore> before = startAll(0, 1, 2);
        Map<SessionKey, SessionRecord> alive = fill(before);
        List<SessionKey> ada = order(before.get(0), ADA);
        List<SessionKey> bob = order(before.get(1), BOB);

        close(before);
        assertThat(file(0)).doesNotExist();
        assertThat(file(1)).doesNotExist();
        assertThat(file(2)).exists();

        InfinispanSessionStore first = start(0);
        InfinispanSessionStore second = start(1);
        // Longer than nodes take that wait for nobody.
        TimeUnit.MILLISECONDS.sleep(500);
        for (InfinispanSessionStore store : List.of(first, second)) {
            assertThatThrownBy(() -> store.load(session(0, 1, ADA).key()))
                    .isInstanceOf(StoreUnavailableException.class)
                    .hasMessageContaining("waits for the node that has its sessions");
            assertThatThrownBy(() -> store.byPrincipal(ADA)).isInstanceOf(StoreUnavailableException.class);
            assertThatThrownBy(() -> store.insert(session(SESSIONS, 1, ADA)))
                    .isInstanceOf(StoreUnavailableException.class);
        }
        InfinispanSessionStore third = start(2);
        List<InfinispanSessionStore> after = List.of(first, second, third);
        for (InfinispanSessionStore store : after) {
            await(() -> answers(store));
        }

        assertAllThere(after, alive);
        assertThat(order(first, ADA)).isEqualTo(ada);
        assertThat(order(third, BOB)).isEqualTo(bob);
        assertThat(file(2)).doesNotExist();
        SessionRecord any = alive.get(session(3, 1, ADA).key());
        assertThat(first.replace(session(3, 2, BOB))).isFalse();
        assertThat(first.replace(session(3, 3, ADA))).isTrue();
        assertThat(order(second, ADA)).contains(any.key());
        assertThat(order(second, BOB)).doesNotContain(any.key());
        // What ended stays so, for those as well whose write was under way then.
        assertThat(second.insert(session(7, 1, ADA))).isFalse();
    }

    @Test
    void restart_ofAllAtATime_threeTimes_nothingLost() throws Exception {
        List<InfinispanSessionStore> nodes = startAll(0, 1, 2);
        Map<SessionKey, SessionRecord> alive = fill(nodes);
        for (int round = 0; round < Effort.times(3); round++) {
            List<InfinispanSessionStore> before = nodes;
            boolean interrupted = round % 3 == 1;
            Concurrently.run(3, node -> {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
                before.get(node).close();
                return Thread.interrupted();
            });
            assertThat(Stream.of(0, 1, 2).filter(node -> Files.exists(file(node))))
                    .hasSize(1);

            nodes = Concurrently.run(3, this::start);

            for (InfinispanSessionStore store : nodes) {
                await(() -> answers(store));
            }
            assertAllThere(nodes, alive);
        }
    }

    @Test
    void restart_oneNodeFewer_theLastHasAll() {
        List<InfinispanSessionStore> before = startAll(0, 1, 2);
        Map<SessionKey, SessionRecord> alive = fill(before);
        close(before);

        List<InfinispanSessionStore> after = startAll(2, 1);

        assertAllThere(after, alive);
    }

    @Test
    void restart_withoutTheLastNode_waitsThenBeginsAnewAndTheLastComesTooLate() throws Exception {
        List<InfinispanSessionStore> before = startAll(0, 1, 2);
        Map<SessionKey, SessionRecord> alive = fill(before);
        close(before);

        InfinispanSessionStore first = start(0, Duration.ofMillis(300));
        assertThat(answers(first)).isFalse();
        await(() -> answers(first));
        assertThat(first.size()).isZero();
        assertThat(first.byPrincipal(ADA)).isEmpty();
        assertThat(first.insert(session(0, 1, BOB))).isTrue();

        InfinispanSessionStore late = start(2);
        assertThat(file(2)).doesNotExist();
        for (InfinispanSessionStore store : List.of(first, late)) {
            assertThat(store.size()).isEqualTo(1);
            assertThat(alive.keySet()).allSatisfy(key -> {
                if (!key.equals(session(0, 1, BOB).key())) {
                    assertThat(store.load(key)).isNull();
                }
            });
        }
    }

    @Test
    void restart_withoutTheLastNode_beginsWhenTold() {
        List<InfinispanSessionStore> before = startAll(0, 1);
        fill(before);
        close(before);

        InfinispanSessionStore first = start(0);
        assertThat(answers(first)).isFalse();
        first.forceAvailable();

        assertThat(answers(first)).isTrue();
        assertThat(first.size()).isZero();
    }

    @Test
    void restart_ofNodesThatNeverRan_waitForNobody() {
        assertThat(answers(start(0))).isTrue();
        assertThat(answers(start(1))).isTrue();
    }

    @Test
    void leave_ofANodeOfALivingCluster_leavesNoSessionsBehindAndItMayComeBack() throws Exception {
        List<InfinispanSessionStore> nodes = new ArrayList<>(startAll(0, 1, 2));
        Map<SessionKey, SessionRecord> alive = fill(nodes);

        for (int node = 0; node < 3; node++) {
            nodes.get(node).close();
            assertThat(file(node)).doesNotExist();
            SessionKey ended = alive.keySet().iterator().next();
            InfinispanSessionStore other = nodes.get((node + 1) % 3);
            await(() -> answers(other));
            assertThat(other.delete(ended)).isTrue();
            alive.remove(ended);
            nodes.set(node, start(node));
            assertThat(answers(nodes.get(node))).isTrue();
        }

        assertAllThere(nodes, alive);
    }

    @Test
    void rejoin_withAFileOfAnEarlierRun_nothingOfItIsBack() throws Exception {
        List<InfinispanSessionStore> before = startAll(0, 1);
        Map<SessionKey, SessionRecord> alive = fill(before);
        close(before);
        Path copy = Files.copy(file(1), directory.resolve("copy"));
        List<InfinispanSessionStore> nodes = new ArrayList<>(startAll(1, 0));
        List<SessionKey> ended = alive.keySet().stream().limit(50).toList();
        ended.forEach(key -> assertThat(nodes.get(0).delete(key)).isTrue());
        ended.forEach(alive::remove);
        SessionRecord changed = alive.values().stream()
                .filter(record -> record.version() == 2)
                .findFirst()
                .orElseThrow();
        SessionRecord next = session((int) changed.key().low(), 3, BOB);
        assertThat(nodes.get(0).replace(next)).isTrue();
        alive.put(next.key(), next);

        nodes.get(0).close();
        await(() -> answers(nodes.get(1)));
        Files.move(copy, file(1));
        nodes.set(0, start(1));

        assertThat(file(1)).doesNotExist();
        assertAllThere(nodes, alive);
        assertThat(nodes.get(0).byPrincipal(ADA)).noneMatch(record -> ended.contains(record.key()));
        close(List.of(nodes.get(1), nodes.get(0)));
        assertAllThere(List.of(start(1)), alive);
    }

    @Test
    void restart_expiredMeanwhile_notBackAndTheOthersKeepTheirDeadlines() {
        List<InfinispanSessionStore> before = startAll(0, 1);
        assertThat(before.get(0).insert(session(1, 1, ADA))).isTrue();
        assertThat(before.get(0).insert(session(2, 1, ADA))).isTrue();
        assertThat(before.get(0).touch(session(2, 1, ADA).key(), NOW + 60_000)).isTrue();
        close(before);
        clock.advance(Duration.ofMillis(600_000));

        List<InfinispanSessionStore> after = startAll(1, 0);

        SessionRecord left = session(2, 1, ADA).touched(NOW + 60_000);
        for (InfinispanSessionStore store : after) {
            assertThat(store.load(session(1, 1, ADA).key())).isNull();
            assertThat(store.load(left.key())).isEqualTo(left);
            assertThat(store.byPrincipal(ADA)).containsExactly(left);
            assertThat(store.size()).isEqualTo(1);
        }
        close(after);
        clock.advance(Duration.ofMillis(60_000));
        assertThat(start(0).size()).isZero();
    }

    @Test
    void restart_ofEngines_sessionsFoundAndNothingToldTwice() {
        KeyRing keys = KeyRing.of(KeySet.of(List.of(SigningKey.generate(KeyAlgorithm.HMAC_SHA_256))));
        List<SessionEvent> events = Collections.synchronizedList(new ArrayList<>());
        List<SessionEngine> before = startAll(0, 1, 2).stream()
                .map(store -> engine(store, keys, events))
                .toList();
        List<String> cookies = new ArrayList<>();
        for (SessionEngine engine : before) {
            Session session = engine.open((String) null);
            session.login("ada");
            cookies.add(engine.commit(session).get(0).split(";", 2)[0]);
        }
        Session over = before.get(0).open(cookies.get(0));
        over.logout();
        before.get(0).commit(over);
        before.forEach(SessionEngine::close);
        int told = events.size();

        List<SessionEngine> after = startAll(2, 1, 0).stream()
                .map(store -> engine(store, keys, events))
                .toList();

        assertThat(events).hasSize(told);
        for (SessionEngine engine : after) {
            assertThat(engine.lookup(cookies.get(0))).isNotInstanceOf(Lookup.Found.class);
            assertThat(engine.lookup(cookies.get(1))).isInstanceOf(Lookup.Found.class);
            assertThat(engine.sessionsOf("ada")).hasSize(2);
        }
        assertThat(after.get(1).logoutEverywhere("ada")).isEqualTo(2);
        assertThat(events).hasSize(told + 2);
        assertThat(after.get(2).lookup(cookies.get(1))).isNotInstanceOf(Lookup.Found.class);
        after.forEach(SessionEngine::close);
    }

    private SessionEngine engine(InfinispanSessionStore store, KeyRing keys, List<SessionEvent> events) {
        return SessionEngine.builder()
                .keys(keys)
                .store(store)
                .listener(events::add)
                .build();
    }

    // What goes wrong

    /** A node in parts, which can be stopped in the middle. */
    private StoreCaches startInParts(SessionFiles files, Duration patience) {
        EmbeddedCacheManager manager = InfinispanSessionStore.builder()
                .clusterName(cluster)
                .withinProcess()
                .start(null);
        ConfigurationBuilder caches = new ConfigurationBuilder();
        caches.clustering().cacheMode(CacheMode.DIST_SYNC).hash().numSegments(256);
        return StoreCaches.start(manager, true, cluster, caches, OnSplit.DENY, files, patience, clock);
    }

    private Cache<String, String> notes(StoreCaches caches) {
        return caches.sessions().getCacheManager().getCache(cluster + "-notes");
    }

    private static void put(StoreCaches caches, SessionRecord record) {
        caches.sessions().put(record.key(), new SessionEntry(Tokens.first(1), record, 1));
    }

    @Test
    void begin_afterOneThatWasBringingSessionsBackDied_itsPartIsCleared() throws Exception {
        close(startAll(0));
        try (SessionFiles files = SessionFiles.open(directory(0), cluster)) {
            StoreCaches caches = startInParts(files, Duration.ZERO);
            put(caches, session(1, 1, ADA));
            notes(caches).put("beginning", "one that is gone");

            caches.begin();

            await(caches::hasBegun);
            assertThat(caches.sessions()).isEmpty();
            caches.close(true);
        }
    }

    @Test
    void join_afterTheLastHasWritten_doesNotAnswerBeforeItIsBack() throws Exception {
        close(startAll(1, 0));
        try (SessionFiles files = SessionFiles.open(directory(0), cluster)) {
            StoreCaches caches = startInParts(files, LONG);
            caches.begin();
            put(caches, session(1, 1, ADA));
            assertThat(caches.save()).isTrue();
            assertThat(file(0)).exists();

            InfinispanSessionStore joined = start(1);

            assertThat(answers(joined)).isFalse();
            caches.close(false);
            assertThat(answers(joined)).isFalse();
            InfinispanSessionStore back = start(0);
            await(() -> answers(joined));
            for (InfinispanSessionStore store : List.of(joined, back)) {
                assertThat(store.load(session(1, 1, ADA).key())).isEqualTo(session(1, 1, ADA));
            }
        }
    }

    @Test
    void save_whenAnotherNodeHasJoined_writesNothingAndTheOtherGoesOn() throws Exception {
        try (SessionFiles files = SessionFiles.open(directory(0), cluster)) {
            StoreCaches caches = startInParts(files, LONG);
            caches.begin();
            put(caches, session(1, 1, ADA));
            InfinispanSessionStore joined = start(1);

            assertThat(caches.save()).isFalse();

            assertThat(file(0)).doesNotExist();
            assertThat(answers(joined)).isTrue();
            assertThat(answers(start(2))).isTrue();
            caches.close(true);
            assertThat(file(0)).doesNotExist();
        }
    }

    @Test
    void begin_whileAnotherIsBringingSessionsBack_waits() throws Exception {
        close(startAll(0, 1));
        EmbeddedCacheManager manager = InfinispanSessionStore.builder()
                .clusterName(cluster)
                .withinProcess()
                .start(null);
        try (manager) {
            ConfigurationBuilder notes = new ConfigurationBuilder();
            notes.clustering().cacheMode(CacheMode.REPL_SYNC);
            notes.encoding().mediaType("application/x-java-object");
            manager.defineConfiguration(cluster + "-notes", notes.build());
            manager.getCache(cluster + "-notes").put("beginning", OrderlyLeave.id(manager.getAddress()));

            InfinispanSessionStore waiting = start(1, Duration.ZERO);

            assertThat(answers(waiting)).isFalse();
            waiting.forceAvailable();
            // Longer than a node takes that may begin.
            TimeUnit.MILLISECONDS.sleep(300);
            assertThat(answers(waiting)).isFalse();
            manager.getCache(cluster + "-notes").put("beginning", ClusterStartup.BEGUN);
            await(() -> answers(waiting));
        }
    }

    /** Starts a node anew that Infinispan lets wait for one that is gone, as it may if that goes just then. */
    private InfinispanSessionStore started(Future<InfinispanSessionStore> start, int node) throws Exception {
        try {
            return start.get(20, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            start.cancel(true);
            await(() -> {
                try {
                    start(node);
                    return true;
                } catch (IllegalStateException inUse) {
                    return false;
                }
            });
            return started.get(started.size() - 1);
        }
    }

    /** Whoever joins while the last closes has all, or waits for it to come back; never do both have sessions. */
    @Test
    void join_whileTheLastCloses_oneOfThemHasTheSessions() throws Exception {
        Random random = new Random(1);
        InfinispanSessionStore last = start(0);
        // A node that was never there would wait for nobody.
        start(1).close();
        Map<SessionKey, SessionRecord> alive = fill(List.of(last));
        int leaving = 0;
        ExecutorService starting = Executors.newSingleThreadExecutor();
        for (int round = 0; round < Effort.times(6); round++) {
            InfinispanSessionStore closing = last;
            int joining = 1 - leaving;
            int delay = random.nextInt(150);
            Future<InfinispanSessionStore> start = starting.submit(() -> start(joining));
            TimeUnit.MILLISECONDS.sleep(delay);
            closing.close();
            InfinispanSessionStore joined = started(start, joining);

            if (Files.exists(file(leaving))) {
                assertThat(answers(joined)).as("while the other has a file").isFalse();
                InfinispanSessionStore back = start(leaving);
                await(() -> answers(joined) && answers(back));
                assertAllThere(List.of(joined, back), alive);
                back.close();
            }
            await(() -> answers(joined));
            assertAllThere(List.of(joined), alive);
            last = joined;
            leaving = joining;
        }
        starting.shutdownNow();
    }

    @Test
    void close_whileSessionsAreEnded_whatEndedIsNotBack() {
        InfinispanSessionStore store = startLocal();
        for (int round = 0; round < Effort.times(3); round++) {
            List<SessionRecord> records = IntStream.range(round * 10_000, (round + 1) * 10_000)
                    .mapToObj(i -> session(i, 1, BOB))
                    .map(record ->
                            new SessionRecord(record.key(), 1, NOW, NOW, 600_000, NOW + 3_600_000, null, new byte[1]))
                    .toList();
            InfinispanSessionStore closing = store;
            records.forEach(record -> assertThat(closing.insert(record)).isTrue());
            List<List<SessionKey>> ended = Concurrently.run(3, thread -> {
                List<SessionKey> own = new ArrayList<>();
                if (thread == 2) {
                    TimeUnit.MILLISECONDS.sleep(5);
                    closing.close();
                    return own;
                }
                try {
                    for (int i = thread; i < records.size(); i += 2) {
                        assertThat(closing.delete(records.get(i).key())).isTrue();
                        own.add(records.get(i).key());
                    }
                } catch (StoreUnavailableException e) {
                    assertThat(e).hasMessageContaining("closed");
                }
                return own;
            });

            InfinispanSessionStore after = startLocal();

            List<SessionKey> all = ended.stream().flatMap(List::stream).toList();
            assertThat(all).allSatisfy(key -> assertThat(after.load(key)).isNull());
            assertThat(records.stream().filter(record -> after.load(record.key()) != null))
                    .hasSize(records.size() - all.size());
            store = after;
        }
    }

    // Without a cluster

    @Test
    void restart_withoutACluster_everythingIsAsItWasAndSealed() {
        InfinispanSessionStore before = startLocal();
        assertThat(before.leavesMemory()).isTrue();
        Map<SessionKey, SessionRecord> alive = fill(List.of(before));
        List<SessionKey> bob = order(before, BOB);
        before.close();
        before.close();

        InfinispanSessionStore after = startLocal();

        assertAllThere(List.of(after), alive);
        assertThat(order(after, BOB)).isEqualTo(bob);
        assertThat(file(0)).doesNotExist();
        alive.keySet().forEach(key -> assertThat(after.delete(key)).isTrue());
        after.close();
        assertAllThere(List.of(startLocal()), Map.of());
    }

    @Test
    void close_ofAnInterruptedThread_losesNothing() throws Exception {
        InfinispanSessionStore local = startLocal();
        InfinispanSessionStore first = start(1);
        InfinispanSessionStore clustered = start(2);
        Map<SessionKey, SessionRecord> here = fill(List.of(local));
        Map<SessionKey, SessionRecord> there = fill(List.of(first, clustered));

        Thread.currentThread().interrupt();
        local.close();
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        first.close();
        assertThat(Thread.interrupted()).isTrue();
        await(() -> answers(clustered));
        Thread.currentThread().interrupt();
        clustered.close();
        assertThat(Thread.interrupted()).isTrue();

        assertAllThere(List.of(startLocal()), here);
        assertAllThere(List.of(start(2)), there);
    }

    // Files

    @Test
    void damagedFile_setAsideWithoutAWordOfItsContent() throws IOException {
        Random random = new Random(1);
        InfinispanSessionStore store = startLocal();
        fill(List.of(store));
        store.close();
        byte[] good = Files.readAllBytes(file(0));
        byte[] flipped = good.clone();
        flipped[random.nextInt(good.length)] ^= 1;
        byte[] newer = good.clone();
        newer[7] = 2;
        for (byte[] bad : List.of(
                new byte[] {1},
                "a text that has nothing to do with it".getBytes(StandardCharsets.UTF_8),
                flipped,
                newer,
                Arrays.copyOf(good, good.length / 2),
                Arrays.copyOf(good, good.length - 1),
                Arrays.copyOf(good, good.length + 1))) {
            Files.write(file(0), bad);
            InfinispanSessionStore after = startLocal();
            assertThat(after.size()).isZero();
            assertThat(after.byPrincipal(BOB)).isEmpty();
            assertThat(file(0)).doesNotExist();
            assertThat(directory(0).resolve("damaged")).hasBinaryContent(bad);
            after.close();
        }
    }

    @Test
    void fileWhoseDeletionWasCutShort_isNone() throws IOException {
        startLocal().close();
        Files.write(file(0), new byte[0]);

        assertThat(startLocal().size()).isZero();

        assertThat(file(0)).doesNotExist();
        assertThat(directory(0).resolve("damaged")).doesNotExist();
    }

    @Test
    void fileOfAnotherStore_refusedAndLeftAlone() throws IOException {
        InfinispanSessionStore store = startLocal();
        fill(List.of(store));
        store.close();
        byte[] content = Files.readAllBytes(file(0));

        assertThatThrownBy(() -> InfinispanSessionStore.builder()
                        .clusterName("another")
                        .persistedTo(directory(0))
                        .build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has the sessions of another store than another")
                .hasMessageContaining(cluster);

        assertThat(file(0)).hasBinaryContent(content);
        assertThat(startLocal().size()).isPositive();
    }

    @Test
    void damagedMembers_madeAnew() throws IOException {
        close(startAll(0));
        Files.writeString(directory(0).resolve("members"), "cloakroom members 1\n../../etc\n");

        assertThat(answers(start(0))).isTrue();

        assertThat(directory(0).resolve("members")).content().matches("cloakroom members 1\n[0-9a-f-]{36}\n");
    }

    @Test
    void files_areTheirOwnersAlone() throws IOException {
        assumeTrue(FileSystems.getDefault().supportedFileAttributeViews().contains("posix"));
        close(startAll(0, 1));

        for (int node = 0; node < 2; node++) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory(node))))
                    .isEqualTo("rwx------");
            try (Stream<Path> files = Files.list(directory(node))) {
                assertThat(files)
                        .isNotEmpty()
                        .allSatisfy(
                                file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                                        .isEqualTo("rw-------"));
            }
        }
    }

    @Test
    void directoryThatOthersCanOpen_refused() throws IOException {
        assumeTrue(FileSystems.getDefault().supportedFileAttributeViews().contains("posix"));
        for (String open : List.of("rwxr-x---", "rwx---r--", "rwx----w-")) {
            Files.createDirectories(directory(0));
            Files.setPosixFilePermissions(directory(0), PosixFilePermissions.fromString(open));

            assertThatThrownBy(this::startLocal)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("others than its owner have access to " + directory(0));
            assertThat(directory(0)).isEmptyDirectory();
        }
    }

    @Test
    void directoryOfSomebodyElse_refused() throws IOException {
        assumeTrue(FileSystems.getDefault().supportedFileAttributeViews().contains("unix"));
        Files.createDirectories(directory(0));
        Files.setPosixFilePermissions(directory(0), PosixFilePermissions.fromString("rwx------"));
        try {
            Files.setAttribute(directory(0), "unix:uid", 12_345);
        } catch (IOException e) {
            abort("only root can give a directory away; OwnerOnlyDirectoryTest has a case for other users");
        }

        assertThatThrownBy(this::startLocal)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is another user's");
        assertThat(directory(0)).isEmptyDirectory();
    }

    @Test
    void directoryInUse_refused() {
        InfinispanSessionStore store = startLocal();

        assertThatThrownBy(this::startLocal)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is in use by another store");

        store.close();
        assertThatCode(this::startLocal).doesNotThrowAnyException();
    }

    @Test
    void directoryThatIsAFile_refused() throws IOException {
        Files.createFile(directory(0));

        assertThatThrownBy(this::startLocal)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("cannot be used as the directory of a session store");
    }

    // Settings

    @Test
    void sidesOfASplitThatBothServe_refused() {
        assertThatThrownBy(() -> InfinispanSessionStore.builder()
                        .withinProcess()
                        .onSplit(OnSplit.SERVE)
                        .persistedTo(directory(0))
                        .build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("sessions are not persisted where");
        assertThat(directory(0)).doesNotExist();
    }

    @Test
    void givenInfinispan_refused() {
        EmbeddedCacheManager manager =
                InfinispanSessionStore.builder().clusterName(cluster).start(null);
        try {
            assertThatThrownBy(() -> InfinispanSessionStore.builder()
                            .cacheManager(manager)
                            .persistedTo(directory(0))
                            .build())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("sessions are not persisted from an Infinispan that is given");
        } finally {
            manager.stop();
        }
        assertThat(directory(0)).doesNotExist();
    }

    @Test
    void patience_negative_refused() {
        assertThatThrownBy(() -> InfinispanSessionStore.builder().restartPatience(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
