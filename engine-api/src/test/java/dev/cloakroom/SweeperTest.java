package dev.cloakroom;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.key.KeyRing;
import dev.cloakroom.store.HeapSessionStore;
import dev.cloakroom.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class SweeperTest {

    private static final Attribute<String> COAT = Attribute.ofString("coat");

    private final ManualClock clock = new ManualClock(Instant.parse("2026-11-23T12:00:00Z"));

    @Test
    void background_sessionExpires_removedAndTold() {
        CompletableFuture<SessionEvent> ended = new CompletableFuture<>();
        try (SessionEngine engine = SessionEngine.builder()
                .keys(KeyRing.random())
                .clock(clock)
                .sweepInterval(Duration.ofMillis(1))
                .listener(event -> {
                    if (event instanceof SessionEvent.Ended) {
                        ended.complete(event);
                    }
                })
                .build()) {
            Session session = engine.open((String) null);
            session.put(COAT, "red");
            engine.commit(session);

            clock.advance(Duration.ofHours(1));

            SessionEvent event = ended.orTimeout(60, TimeUnit.SECONDS).join();
            assertThat(event.handle()).isEqualTo(session.handle());
            assertThat(engine.metrics().sessions()).isZero();
        }
    }

    @Test
    void background_sweepFails_triesAgain() {
        CompletableFuture<Void> again = new CompletableFuture<>();
        var failing = new FailingListener(again);
        try (SessionEngine engine = SessionEngine.builder()
                .keys(KeyRing.random())
                .store(HeapSessionStore.create())
                .clock(failing)
                .sweepInterval(Duration.ofMillis(1))
                .build()) {
            failing.fail = true;

            again.orTimeout(60, TimeUnit.SECONDS).join();
            assertThat(engine.metrics().sessions()).isZero();
        }
    }

    @Test
    void background_logFailsAsWell_triesAgain() throws InterruptedException {
        Logger logger = Logger.getLogger(SessionEngine.class.getName());
        Handler broken = new Handler() {
            @Override
            public void publish(LogRecord record) {
                throw new LinkageError("a log that fails");
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        CountDownLatch runs = new CountDownLatch(3);
        logger.addHandler(broken);
        try (Background background = new Background("cloakroom-test")) {
            background.every(
                    Duration.ofMillis(1),
                    () -> {
                        runs.countDown();
                        throw new IllegalStateException("a task that fails");
                    },
                    "the task failed");

            assertThat(runs.await(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            logger.removeHandler(broken);
        }
    }

    /** A clock that fails while it is told to, and says when it was asked a second time. */
    private static final class FailingListener implements java.time.InstantSource {
        private final CompletableFuture<Void> again;
        private volatile boolean fail;
        private volatile boolean failed;

        FailingListener(CompletableFuture<Void> again) {
            this.again = again;
        }

        @Override
        public Instant instant() {
            if (fail) {
                if (failed) {
                    again.complete(null);
                }
                failed = true;
                throw new IllegalStateException("a clock that fails");
            }
            return Instant.EPOCH;
        }
    }

    @Test
    void close_ofTheEngine_endsTheThread() {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        SessionEngine engine = SessionEngine.builder()
                .keys(KeyRing.random())
                .sweepInterval(Duration.ofMillis(1))
                .build();
        Thread sweeper = sweeperThread(before);
        assertThat(sweeper.isDaemon()).isTrue();

        engine.close();

        assertThat(joined(sweeper)).isTrue();
    }

    private static boolean joined(Thread thread) {
        try {
            thread.join(TimeUnit.SECONDS.toMillis(60));
            return !thread.isAlive();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Thread sweeperThread(Set<Thread> otherEngines) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (System.nanoTime() < deadline) {
            for (Thread thread : Thread.getAllStackTraces().keySet()) {
                if (thread.getName().equals("cloakroom-sweeper") && !otherEngines.contains(thread)) {
                    return thread;
                }
            }
            Thread.onSpinWait();
        }
        throw new AssertionError("no sweeper");
    }
}
