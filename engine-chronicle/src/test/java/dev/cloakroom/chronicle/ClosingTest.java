package dev.cloakroom.chronicle;

import static dev.cloakroom.chronicle.Sessions.ADA;
import static dev.cloakroom.chronicle.Sessions.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import dev.cloakroom.store.SessionStore;
import dev.cloakroom.store.StoreUnavailableException;
import dev.cloakroom.testkit.Effort;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Calls that race {@link SessionStore#close}: each ends with a result or is told that the store is closed. Chronicle
 * frees memory that others may be reading, so a mistake here can end the process.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ClosingTest {

    private static final int SESSIONS = 64;
    private static final int NEWCOMERS = 12;
    private static final int LOOPS = 4;

    @TempDir
    private Path directory;

    private final Queue<Throwable> surprises = new ConcurrentLinkedQueue<>();

    // A store

    @Test
    void close_inMemory_everyCallEndsWithAResultOrAsDocumented() throws Exception {
        for (int round = 0; round < Effort.times(40); round++) {
            race(ChronicleSessionStore.inMemory().maxSessions(1_000).build(), round);
        }
    }

    @Test
    void close_inFiles_everyCallEndsWithAResultOrAsDocumented() throws Exception {
        for (int round = 0; round < Effort.times(20); round++) {
            race(inFiles(), round);
        }

        try (ChronicleSessionStore store = inFiles()) {
            assertThat(store.recovery()).as("closed in order").isEmpty();
        }
    }

    /** A program that stops interrupts its threads. */
    @Test
    void close_byAnInterruptedThread_closesInOrderAndKeepsTheInterrupt() {
        ChronicleSessionStore store = inFiles();
        store.insert(Sessions.of(1, ADA, "coat"));

        Thread.currentThread().interrupt();
        boolean interrupted;
        try {
            store.close();
        } finally {
            interrupted = Thread.interrupted();
        }

        assertThat(interrupted).isTrue();
        try (ChronicleSessionStore again = inFiles()) {
            assertThat(again.recovery()).as("closed in order").isEmpty();
            assertThat(again.size()).isEqualTo(1);
        }
    }

    private ChronicleSessionStore inFiles() {
        return ChronicleSessionStore.persistedTo(directory).maxSessions(1_000).build();
    }

    private void race(SessionStore store, int round) throws InterruptedException {
        for (int i = 0; i < SESSIONS; i++) {
            store.insert(Sessions.of(i, i % 2 == 0 ? ADA : null, "coat"));
        }
        CountDownLatch busy = new CountDownLatch(LOOPS);
        List<Thread> threads = new ArrayList<>();
        threads.add(inALoop(busy, () -> store.load(Sessions.key(1))));
        threads.add(inALoop(busy, () -> store.byPrincipal(ADA)));
        threads.add(inALoop(busy, () -> store.sweep(NOW + 1, 100, record -> {})));
        threads.add(inALoop(busy, () -> write(store, Sessions.of(1_000, ADA, "one more coat"))));
        busy.await();

        spin(new Random(round).nextInt(400));
        store.close();

        join(threads);
        assertThat(surprises).isEmpty();
    }

    private static void write(SessionStore store, SessionRecord record) {
        store.insert(record);
        store.replace(Sessions.next(record, null, new byte[300]));
        store.touch(record.key(), NOW + 1);
        store.delete(record.key());
    }

    private Thread inALoop(CountDownLatch busy, Runnable calls) {
        return start(() -> {
            try {
                calls.run();
                busy.countDown();
                while (true) {
                    calls.run();
                }
            } catch (StoreUnavailableException e) {
                expectClosed(e);
            }
        });
    }

    @Test
    void close_byWhoIsToldOfARemoval_theSweepEndsAsDocumented() {
        ChronicleSessionStore store =
                ChronicleSessionStore.inMemory().maxSessions(100).build();
        for (int i = 0; i < 10; i++) {
            store.insert(Sessions.of(i, i % 2 == 0 ? ADA : null, "coat"));
        }
        List<SessionRecord> removed = new ArrayList<>();

        assertThatThrownBy(() -> store.sweep(NOW + 60_000, 10, record -> {
                    removed.add(record);
                    store.close();
                }))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("closed");

        assertThat(removed).hasSize(1);
    }

    // The maps

    /**
     * Chronicle makes an object for each thread that comes to a map for the first time, of parts that it throws away when
     * the map closes; and does not look whether it did. So it is here that most threads are new.
     */
    @Test
    void close_whileThreadsComeForTheFirstTime_eachIsToldThatItIsClosed() throws Exception {
        for (int round = 0; round < Effort.times(200); round++) {
            Volume volume = inMemory();
            CountDownLatch ready = new CountDownLatch(NEWCOMERS);
            CountDownLatch closing = new CountDownLatch(1);
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < NEWCOMERS; i++) {
                int number = i;
                int spins = (i * 37 + round * 13) % 3_000;
                threads.add(start(() -> {
                    ready.countDown();
                    closing.await();
                    spin(spins);
                    newcomer(volume, number);
                }));
            }
            ready.await();

            closing.countDown();
            spin(round * 7 % 500);
            volume.close("");

            join(threads);
            assertThat(surprises).isEmpty();
        }
    }

    private void newcomer(Volume volume, int number) {
        SessionKey key = Sessions.key(number);
        try {
            switch (number % 4) {
                case 0 -> volume.load(key);
                case 1 -> volume.byPrincipal(ADA);
                case 2 -> volume.touch(key, NOW);
                default -> volume.forEachIn(number, (found, value) -> {});
            }
        } catch (RuntimeException e) {
            expectClosed(volume.failure(e));
        }
    }

    static Volume inMemory() {
        Layout layout = new Layout(100, 64, 1);
        return new Volume(
                layout.sessions().create(),
                new PrincipalIndex(layout.heads().create(), layout.pages().create()),
                Journal.none(4),
                new Counters(ByteBuffer.allocateDirect(Counters.LENGTH)),
                DiskSpaceGuard.endless());
    }

    @Test
    void failure_notOfAClosedMap_isWhatItWas() {
        Volume volume = inMemory();
        NullPointerException mistake = new NullPointerException("key");

        assertThat(volume.failure(mistake)).isSameAs(mistake);
        volume.close("it is being recovered");
        assertThat(volume.failure(mistake))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessage("it is being recovered");
    }

    // Threads

    private void expectClosed(RuntimeException thrown) {
        if (!(thrown instanceof StoreUnavailableException && thrown.getMessage().contains("closed"))) {
            surprises.add(thrown);
        }
    }

    /** What a thread does. */
    private interface Task {
        void run() throws InterruptedException;
    }

    private Thread start(Task task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (Throwable e) {
                surprises.add(e);
            }
        });
        thread.start();
        return thread;
    }

    private static void join(List<Thread> threads) throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static void spin(int times) {
        for (int i = 0; i < times; i++) {
            Thread.onSpinWait();
        }
    }
}
