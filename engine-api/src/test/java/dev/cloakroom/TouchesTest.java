package dev.cloakroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Accesses over a store whose touches take as long as a test wants. */
class TouchesTest {

    private static final Attribute<String> COAT = Attribute.ofString("coat");
    private static final Duration IDLE = Duration.ofMinutes(30);
    private static final Duration TOUCH = Duration.ofSeconds(1);
    private static final Duration SOON = Duration.ofSeconds(30);

    private final ManualClock clock = new ManualClock(Instant.parse("2026-11-28T12:00:00Z"));
    private final HeldStore store = new HeldStore();
    private final SessionEngine engine = engine(IDLE);

    private SessionEngine engine(Duration idle) {
        return SessionEngine.builder()
                .keys(KeyRing.random())
                .store(store)
                .clock(clock)
                .idleTimeout(idle)
                .touchInterval(TOUCH)
                .withoutSweeping()
                .build();
    }

    @AfterEach
    void close() {
        store.answerAll();
        engine.close();
    }

    private static String visitor(SessionEngine engine) {
        Session session = engine.open((String) null);
        session.put(COAT, "red");
        String cookie = engine.commit(session).get(0);
        return cookie.substring(0, cookie.indexOf(';'));
    }

    private Session found(String header, boolean async) {
        Lookup lookup = assertTimeoutPreemptively(
                SOON,
                () -> async ? engine.lookupAsync(header).toCompletableFuture().get() : engine.lookup(header));
        return ((Lookup.Found) lookup).session();
    }

    private SessionRecord stored(Session session) {
        return Objects.requireNonNull(store.load(session.key()));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void touchThatIsNotAnswered_delaysNoLookup(boolean async) {
        String header = visitor(engine);

        for (int i = 0; i < 10; i++) {
            clock.advance(TOUCH);
            Session session = found(header, async);
            assertThat(session.get(COAT)).isEqualTo("red");
            assertThat(session.lastAccessedAt()).isEqualTo(clock.instant());
        }

        assertThat(store.touches).hasSize(1);
        assertThat(store.blocked).hasValue(0);
    }

    @Test
    void accessesWhileATouchIsUnderWay_latestIsStoredAfterIt() {
        String header = visitor(engine);
        clock.advance(TOUCH);
        long first = clock.millis();
        found(header, false);
        clock.advance(TOUCH.multipliedBy(5));
        Session last = found(header, false);

        store.answerAll();

        assertThat(store.touches).extracting(touch -> touch.instant).containsExactly(first, clock.millis());
        assertThat(stored(last).lastAccess()).isEqualTo(clock.millis());
        assertThat(engine.metrics().touches()).isEqualTo(2);
    }

    @Test
    void accessesWithinATouchInterval_areCoveredByOneTouch() {
        String header = visitor(engine);
        clock.advance(TOUCH);

        Concurrently.run(8, thread -> {
            for (int i = 0; i < 100; i++) {
                assertThat(engine.lookup(header)).isInstanceOf(Lookup.Found.class);
            }
            return true;
        });
        store.answerAll();
        clock.advance(TOUCH.minusMillis(1));
        found(header, false);

        assertThat(store.touches).hasSize(1);
        clock.advance(Duration.ofMillis(1));
        found(header, false);
        assertThat(store.touches).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void touchThatFails_isCountedAndTriedAgainByTheNextRequest(boolean async) {
        String header = visitor(engine);
        clock.advance(TOUCH);
        Session session = found(header, async);
        store.touches.get(0).fail(new StoreUnavailableException("a test has it fail"));

        assertThat(engine.metrics().failedTouches()).isEqualTo(1);
        assertThat(store.touches).hasSize(1);
        clock.advance(Duration.ofMillis(1));
        found(header, async);
        store.answerAll();

        assertThat(store.touches).hasSize(2);
        assertThat(stored(session).lastAccess()).isEqualTo(clock.millis());
    }

    @Test
    void touchThatFailsAfterALaterAccess_isTriedAgainForThat() {
        String header = visitor(engine);
        clock.advance(TOUCH);
        Session session = found(header, false);
        clock.advance(Duration.ofMillis(10));
        found(header, false);

        store.touches.get(0).fail(new IllegalStateException("a fault of the store"));
        store.answerAll();

        assertThat(stored(session).lastAccess()).isEqualTo(clock.millis());
        assertThat(engine.metrics().failedTouches()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void sessionThatWouldEndSoon_isTouchedBeforeTheLookupReturns(boolean async) {
        String header = visitor(engine);
        clock.advance(IDLE.dividedBy(2).plus(TOUCH));
        store.held = false;

        Session session = found(header, async);

        assertThat(stored(session).lastAccess()).isEqualTo(clock.millis());
        assertThat(store.blocked.get()).isEqualTo(async ? 0 : 1);
        clock.advance(IDLE.minusMillis(1));
        assertThat(found(header, async).get(COAT)).isEqualTo("red");
    }

    @Test
    void sessionThatWouldEndSoon_asynchronousLookupWaitsForTheTouch() {
        String header = visitor(engine);
        clock.advance(IDLE.dividedBy(2).plus(TOUCH));

        CompletionStage<Lookup> lookup = engine.lookupAsync(header);

        assertThat(lookup.toCompletableFuture()).isNotDone();
        store.answerAll();
        assertThat(lookup.toCompletableFuture()).isCompletedWithValueMatching(Lookup.Found.class::isInstance);
    }

    @Test
    void shortIdleTimeout_isNeverTouchedLate() {
        try (SessionEngine shortLived = engine(Duration.ofSeconds(29))) {
            String header = visitor(shortLived);
            clock.advance(TOUCH);

            assertThat(shortLived.lookup(header)).isInstanceOf(Lookup.Found.class);

            assertThat(store.blocked).hasValue(1);
            assertThat(store.touches).isEmpty();
        }
    }

    @Test
    void sessionEndedWhileItsTouchIsUnderWay_staysEnded() {
        String header = visitor(engine);
        clock.advance(TOUCH);
        Session session = found(header, false);
        session.logout();

        store.answerAll();

        assertThat(store.load(session.key())).isNull();
        assertThat(engine.lookup(header)).isEqualTo(new Lookup.Ended(EndReason.GONE));
        assertThat(engine.metrics().failedTouches()).isZero();
    }

    @Test
    void commitWhileATouchIsUnderWay_bothAreKept() {
        String header = visitor(engine);
        clock.advance(TOUCH);
        Session session = found(header, false);
        session.put(COAT, "blue");
        assertThat(engine.commit(session)).isEmpty();

        store.answerAll();

        assertThat(found(header, false).get(COAT)).isEqualTo("blue");
        assertThat(stored(session).lastAccess()).isEqualTo(clock.millis());
    }

    @Test
    void moreSessionsThanTouchesMayBeUnderWay_furtherRequestsWaitForTheirs() {
        int sessions = 3 * Touches.MOST_UNDER_WAY;
        List<String> headers = new ArrayList<>();
        for (int i = 0; i < sessions; i++) {
            headers.add(visitor(engine));
        }
        clock.advance(TOUCH);

        headers.forEach(header -> found(header, false));

        assertThat(store.touches).hasSizeLessThanOrEqualTo(Touches.MOST_UNDER_WAY);
        assertThat(store.touches.size() + store.blocked.get()).isEqualTo(sessions);
    }

    @Test
    void close_waitsForTouchesThatAreUnderWay() {
        String header = visitor(engine);
        clock.advance(TOUCH);
        found(header, false);
        CompletableFuture<Void> unused = CompletableFuture.runAsync(
                store::answerAll, CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS));

        engine.close();

        assertThat(store.touches).singleElement().matches(touch -> touch.answer.isDone());
        assertThat(store.touchesAfterClose).hasValue(0);
    }

    /** Keeps sessions on the heap, and answers touches when a test says so. */
    private static final class HeldStore implements AsyncSessionStore {

        private final HeapSessionStore store = HeapSessionStore.create();
        private final List<HeldTouch> touches = new CopyOnWriteArrayList<>();
        private final AtomicInteger blocked = new AtomicInteger();
        private final AtomicInteger touchesAfterClose = new AtomicInteger();
        private volatile boolean held = true;
        private volatile boolean closed;

        private final class HeldTouch {
            private final SessionKey key;
            private final long instant;
            private final CompletableFuture<Boolean> answer = new CompletableFuture<>();

            HeldTouch(SessionKey key, long instant) {
                this.key = key;
                this.instant = instant;
            }

            void answer() {
                if (!answer.isDone()) {
                    touchesAfterClose.addAndGet(closed ? 1 : 0);
                    answer.complete(!closed && store.touch(key, instant));
                }
            }

            void fail(RuntimeException failure) {
                answer.completeExceptionally(failure);
            }
        }

        void answerAll() {
            held = false;
            touches.forEach(HeldTouch::answer);
        }

        @Override
        public CompletionStage<Boolean> touchAsync(SessionKey key, long instant) {
            HeldTouch touch = new HeldTouch(key, instant);
            touches.add(touch);
            if (!held) {
                touch.answer();
            }
            return touch.answer;
        }

        @Override
        public boolean touch(SessionKey key, long instant) {
            blocked.incrementAndGet();
            return store.touch(key, instant);
        }

        @Override
        public CompletionStage<@Nullable SessionRecord> loadAsync(SessionKey key) {
            return CompletableFuture.completedFuture(store.load(key));
        }

        @Override
        public CompletionStage<Boolean> insertAsync(SessionRecord record) {
            return CompletableFuture.completedFuture(store.insert(record));
        }

        @Override
        public CompletionStage<Boolean> replaceAsync(SessionRecord record) {
            return CompletableFuture.completedFuture(store.replace(record));
        }

        @Override
        public CompletionStage<Boolean> deleteAsync(SessionKey key) {
            return CompletableFuture.completedFuture(store.delete(key));
        }

        @Override
        public CompletionStage<List<SessionRecord>> byPrincipalAsync(PrincipalKey principal) {
            return CompletableFuture.completedFuture(store.byPrincipal(principal));
        }

        @Override
        public @Nullable SessionRecord load(SessionKey key) {
            return store.load(key);
        }

        @Override
        public boolean insert(SessionRecord record) {
            return store.insert(record);
        }

        @Override
        public boolean replace(SessionRecord record) {
            return store.replace(record);
        }

        @Override
        public boolean delete(SessionKey key) {
            return store.delete(key);
        }

        @Override
        public List<SessionRecord> byPrincipal(PrincipalKey principal) {
            return store.byPrincipal(principal);
        }

        @Override
        public int sweep(long now, int limit, Consumer<? super SessionRecord> removed) {
            return store.sweep(now, limit, removed);
        }

        @Override
        public long size() {
            return store.size();
        }

        @Override
        public void close() {
            closed = true;
            store.close();
        }
    }
}
