package dev.cloakroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.key.KeyRing;
import dev.cloakroom.store.AsyncSessionStore;
import dev.cloakroom.store.HeapSessionStore;
import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import dev.cloakroom.store.StoreUnavailableException;
import dev.cloakroom.testkit.Concurrently;
import dev.cloakroom.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Over a store that answers later, the asynchronous calls never wait and do what the others do. */
class AsyncEngineTest {

    private static final Attribute<String> COAT = Attribute.ofString("coat");
    private static final Attribute<Long> VISITS = Attribute.ofLong("visits");

    private final ManualClock clock = new ManualClock(Instant.parse("2026-11-23T12:00:00Z"));
    private final LaterStore store = new LaterStore();
    private final SessionEngine engine = SessionEngine.builder()
            .keys(KeyRing.random())
            .store(store)
            .clock(clock)
            .withoutSweeping()
            .build();

    @AfterEach
    void close() {
        engine.close();
    }

    private String stored(Consumer<Session> change) {
        Session session = get(engine.openAsync((String) null));
        change.accept(session);
        return pair(get(engine.commitAsync(session)));
    }

    private static String pair(List<String> cookies) {
        assertThat(cookies).hasSize(1);
        return cookies.get(0).substring(0, cookies.get(0).indexOf(';'));
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }

    private Session found(String header) {
        return ((Lookup.Found) get(engine.lookupAsync(header))).session();
    }

    @Test
    void openAsync_storeNotAnsweredYet_returnsAtOnce() {
        String header = stored(session -> session.put(COAT, "red"));
        store.held = new CompletableFuture<>();

        CompletionStage<Session> stage = engine.openAsync(header);
        assertThat(stage.toCompletableFuture()).isNotDone();

        store.held.complete(null);
        assertThat(get(stage).get(COAT)).isEqualTo("red");
    }

    @Test
    void commitAsync_storeNotAnsweredYet_returnsAtOnce() {
        Session session = get(engine.openAsync((String) null));
        session.put(COAT, "red");
        store.held = new CompletableFuture<>();

        CompletionStage<List<String>> stage = engine.commitAsync(session);
        assertThat(stage.toCompletableFuture()).isNotDone();

        store.held.complete(null);
        assertThat(found(pair(get(stage))).get(COAT)).isEqualTo("red");
    }

    @Test
    void lookupAsync_anythingElse_asWithLookup() {
        String header = stored(session -> session.put(COAT, "red"));

        assertThat(get(engine.lookupAsync((String) null))).isInstanceOf(Lookup.Absent.class);
        assertThat(get(engine.lookupAsync("x=y"))).isInstanceOf(Lookup.Absent.class);
        assertThat(get(engine.lookupAsync(header + "A"))).isInstanceOf(Lookup.Rejected.class);
        assertThat(get(engine.lookupAsync(header.replace("=", "=A") + "; " + header)))
                .isInstanceOf(Lookup.Found.class);
        assertThat(get(engine.lookupAsync((header + "A; ").repeat(4) + header))).isInstanceOf(Lookup.Rejected.class);
        clock.advance(Duration.ofHours(1));
        assertThat(get(engine.lookupAsync(header))).isEqualTo(new Lookup.Ended(EndReason.IDLE_TIMEOUT));
        assertThat(engine.metrics().lookups()).isEqualTo(7);
        assertThat(engine.metrics().storeReads()).isEqualTo(store.loads.get());
    }

    @Test
    void lookupAsync_touchDue_touches() {
        String header = stored(session -> session.put(COAT, "red"));
        for (int i = 0; i < 5; i++) {
            clock.advance(Duration.ofMinutes(20));
            assertThat(get(engine.lookupAsync(header))).isInstanceOf(Lookup.Found.class);
        }

        assertThat(engine.metrics().touches()).isEqualTo(5);
    }

    @Test
    void commitAsync_manyAtATime_noUpdateLost() {
        String header = stored(session -> session.put(VISITS, 0L));

        Concurrently.run(4, thread -> {
            for (int i = 0; i < 200; i++) {
                Session session = get(engine.openAsync(header));
                session.update(VISITS, visits -> visits == null ? null : visits + 1);
                assertThat(get(engine.commitAsync(session))).isEmpty();
            }
            return null;
        });

        assertThat(found(header).get(VISITS)).isEqualTo(800);
        assertThat(engine.metrics().conflicts()).isPositive();
    }

    @Test
    void commitAsync_renewalDue_setsTheNewCookieAndAgainIfItIsLost() {
        String header = stored(session -> session.put(COAT, "red"));
        clock.advance(Duration.ofMinutes(15));

        String renewed = pair(get(engine.commitAsync(found(header))));
        String again = pair(get(engine.commitAsync(found(header))));

        assertThat(renewed).isNotEqualTo(header).isEqualTo(again);
        assertThat(found(renewed).get(COAT)).isEqualTo("red");
    }

    @Test
    void commitAsync_endedMeanwhile_storesNothing() {
        String header = stored(session -> session.put(COAT, "red"));
        Session session = found(header);
        session.put(COAT, "blue");
        store.delete(session.key());

        assertThat(get(engine.commitAsync(session))).isEmpty();

        assertThat(session.isEnded()).isTrue();
        assertThat(store.size()).isZero();
    }

    @Test
    void commitAsync_nothingPut_storesNothing() {
        assertThat(get(engine.commitAsync(get(engine.openAsync((String) null)))))
                .isEmpty();
        assertThat(store.size()).isZero();
    }

    @Test
    void lookupAsync_storeOut_failsTheStage() {
        String header = stored(session -> session.put(COAT, "red"));
        store.held = CompletableFuture.failedFuture(new StoreUnavailableException("out"));

        assertThatThrownBy(() -> get(engine.lookupAsync(header)))
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(StoreUnavailableException.class);
    }

    /** Answers on another thread, once nothing is held; refuses to be asked in a way that would block. */
    private static final class LaterStore implements AsyncSessionStore {

        private final HeapSessionStore store = HeapSessionStore.create();
        private final ExecutorService executor = Executors.newSingleThreadExecutor();
        private final AtomicInteger loads = new AtomicInteger();
        private volatile CompletableFuture<Void> held = CompletableFuture.completedFuture(null);

        private <T> CompletionStage<T> later(Supplier<T> call) {
            return held.thenApplyAsync(done -> call.get(), executor);
        }

        @Override
        public CompletionStage<@Nullable SessionRecord> loadAsync(SessionKey key) {
            loads.incrementAndGet();
            return later(() -> store.load(key));
        }

        @Override
        public CompletionStage<Boolean> insertAsync(SessionRecord record) {
            return later(() -> store.insert(record));
        }

        @Override
        public CompletionStage<Boolean> replaceAsync(SessionRecord record) {
            return later(() -> store.replace(record));
        }

        @Override
        public CompletionStage<Boolean> touchAsync(SessionKey key, long instant) {
            return later(() -> store.touch(key, instant));
        }

        @Override
        public CompletionStage<Boolean> deleteAsync(SessionKey key) {
            return later(() -> store.delete(key));
        }

        @Override
        public CompletionStage<List<SessionRecord>> byPrincipalAsync(PrincipalKey principal) {
            return later(() -> store.byPrincipal(principal));
        }

        private static AssertionError blocking() {
            return new AssertionError("a call that blocks");
        }

        @Override
        public @Nullable SessionRecord load(SessionKey key) {
            throw blocking();
        }

        @Override
        public boolean insert(SessionRecord record) {
            throw blocking();
        }

        @Override
        public boolean replace(SessionRecord record) {
            throw blocking();
        }

        @Override
        public boolean touch(SessionKey key, long instant) {
            throw blocking();
        }

        @Override
        public boolean delete(SessionKey key) {
            return store.delete(key);
        }

        @Override
        public List<SessionRecord> byPrincipal(PrincipalKey principal) {
            throw blocking();
        }

        @Override
        public int sweep(long now, int limit, Consumer<? super SessionRecord> removed) {
            throw blocking();
        }

        @Override
        public long size() {
            return store.size();
        }

        @Override
        public void close() {
            executor.shutdown();
            store.close();
        }
    }
}
