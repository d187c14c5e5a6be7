package dev.cloakroom.chronicle;

import static dev.cloakroom.chronicle.Sessions.ADA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import dev.cloakroom.store.StoreUnavailableException;
import dev.cloakroom.testing.Child;
import dev.cloakroom.testing.Concurrently;
import dev.cloakroom.testing.Effort;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several real processes on one store. */
class SharedStoreTest {

    private static final int COUNTERS = 20;

    /** As many increments as a member does before it is killed. */
    private static final int FOR_GOOD = Integer.MAX_VALUE;

    @TempDir
    private Path directory;

    private static ChronicleSessionStore open(Path directory) {
        return ChronicleSessionStore.persistedTo(directory)
                .maxSessions(5_000)
                .shared()
                .build();
    }

    @Test
    void write_byOneProcess_seenByTheOthersAtOnce() throws Exception {
        try (ChronicleSessionStore store = open(directory);
                Child child = new Child(Member.class, directory.toString())) {
            child.await("open"::equals);
            SessionRecord record = Sessions.of(1, ADA, "coat");
            store.insert(record);

            child.say("increment 1 1");
            child.await("done 1"::equals);

            SessionRecord seen = Objects.requireNonNull(store.load(record.key()));
            assertThat(seen.version()).isEqualTo(2);
            assertThat(store.byPrincipal(ADA)).containsExactly(seen);
            child.say("end");
            child.awaitEnd();
            assertThat(child.exitValue()).isZero();
            assertThat(store.load(record.key())).isEqualTo(seen);
        }
        try (ChronicleSessionStore store = open(directory)) {
            assertThat(store.recovery()).as("closed in order by all").isEmpty();
            assertThat(store.size()).isEqualTo(1);
        }
    }

    @Test
    void increment_byThreeProcesses_noneLost() throws Exception {
        int perProcess = 2_000;
        try (ChronicleSessionStore store = open(directory);
                Child one = new Child(Member.class, directory.toString());
                Child other = new Child(Member.class, directory.toString())) {
            insertCounters(store);
            one.await("open"::equals);
            other.await("open"::equals);

            one.say("increment " + COUNTERS + " " + perProcess);
            other.say("increment " + COUNTERS + " " + perProcess);
            Member.increment(store, COUNTERS, perProcess, new Random(7));
            one.await(("done " + perProcess)::equals);
            other.await(("done " + perProcess)::equals);

            assertThat(sum(store)).isEqualTo(3L * perProcess);
        }
    }

    @Test
    void write_thatGrowsTheFile_foundByAllThreadsOfAnotherProcess() throws Exception {
        int first = 300;
        int step = 40;
        int last = first + Effort.times(25) * step;
        try (ChronicleSessionStore store = Grower.open(directory);
                Child child = new Child(Grower.class, directory.toString())) {
            child.await("open"::equals);
            child.say("0 " + first);
            for (int from = first; from < last; from += step) {
                int to = from + step;
                child.say(from + " " + to);
                child.await(("added " + to)::equals);
                // The newest first, for they are in what no thread here has seen.
                Concurrently.run(4, thread -> {
                    for (int number = to - 1 - thread; number >= to - 2 * step; number--) {
                        Grower.expect(store, number, number + 1);
                    }
                    return thread;
                });
            }
            Grower.add(store, last, last + step);
            Grower.expect(store, 0, last + step);
            assertThat(store.size()).isEqualTo(last + step);
        }
    }

    /** However the store was opened: without a guard, the channel closes for good, and the file grows no more. */
    @ParameterizedTest
    @ValueSource(strings = {"made", "opened", "recovered"})
    void load_byAnInterruptedThreadAfterAnotherProcessGrewTheFile_foundAndTheFileGrowsOn(String how) throws Exception {
        if (!how.equals("made")) {
            try (Child first = new Child(Grower.class, directory.toString())) {
                first.await("open"::equals);
                if (how.equals("opened")) {
                    first.say("end");
                    first.awaitEnd();
                } else {
                    first.kill();
                }
            }
        }
        try (ChronicleSessionStore store = Grower.open(directory);
                Child child = new Child(Grower.class, directory.toString())) {
            assertThat(store.recovery().isPresent()).isEqualTo(how.equals("recovered"));
            child.await("open"::equals);
            child.say("0 400");
            child.await("added 400"::equals);

            Thread.currentThread().interrupt();
            try {
                Grower.expect(store, 0, 400);
            } finally {
                assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
            }

            Grower.add(store, 400, 800);
            Grower.expect(store, 0, 800);
        }
    }

    @Tag("long")
    @Test
    void kill_ofOneProcessAmongThree_othersRecoverAndNothingIsLost() throws Exception {
        long acknowledged = 0;
        int underWay = 0;
        try (ChronicleSessionStore store = open(directory);
                Child survivor = new Child(Member.class, directory.toString())) {
            insertCounters(store);
            survivor.await("open"::equals);
            survivor.say("increment " + COUNTERS + " " + FOR_GOOD);
            for (int round = 0; round < Effort.times(3); round++) {
                try (Child victim = new Child(Member.class, directory.toString())) {
                    victim.await("open"::equals);
                    victim.say("increment " + COUNTERS + " " + FOR_GOOD);
                    victim.await(line -> line.startsWith("incremented"));
                    TimeUnit.MILLISECONDS.sleep(50 + round * 13L % 100);
                    victim.kill();
                    acknowledged += incremented(victim);
                    underWay++;
                }
                awaitRecovery(store, survivor, round + 2);
                assertThat(sum(store)).isGreaterThanOrEqualTo(acknowledged);
            }
            survivor.kill();
            acknowledged += incremented(survivor);
            underWay++;
        }

        try (ChronicleSessionStore store = open(directory)) {
            assertThat(sum(store)).isBetween(acknowledged, acknowledged + underWay);
            assertThat(store.byPrincipal(ADA)).hasSize(COUNTERS);
            assertThat(store.size()).isEqualTo(COUNTERS);
        }
    }

    @Test
    void kill_ofAProcessInsideALock_othersRecoverAndTheLockIsFree() throws Exception {
        SessionRecord record = Sessions.of(1, ADA, "coat");
        try (ChronicleSessionStore store = open(directory);
                Child victim = new Child(StoreDirectoryTest.LockHolder.class, directory.toString(), "shared")) {
            victim.await("holding"::equals);
            assertThat(store.size()).isEqualTo(1);
            victim.kill();

            // Chronicle would wait a minute for the lock, and again at each call.
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(50);
            while (!record.equals(loadIfAnswered(store, record.key()))) {
                assertThat(System.nanoTime()).as("the time").isLessThan(deadline);
                TimeUnit.MILLISECONDS.sleep(10);
            }
            assertThat(store.replace(Sessions.next(record, ADA, new byte[3]))).isTrue();
            assertThat(store.size()).isEqualTo(1);
        }
    }

    private static @Nullable SessionRecord loadIfAnswered(ChronicleSessionStore store, SessionKey key) {
        try {
            return store.load(key);
        } catch (StoreUnavailableException e) {
            return null;
        }
    }

    /** Waits until every process that is left works with the files that a recovery has made. */
    private void awaitRecovery(ChronicleSessionStore store, Child survivor, long generation)
            throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!Files.exists(directory.resolve("sessions-" + generation + ".map"))) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(10);
        }
        long before = incremented(survivor);
        while (incremented(survivor) == before || !answers(store)) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    private static boolean answers(ChronicleSessionStore store) {
        try {
            return sum(store) >= 0;
        } catch (StoreUnavailableException e) {
            return false;
        }
    }

    /** Returns how many of its writes a member knows to be done. */
    private static long incremented(Child member) {
        String line = member.lastLine();
        return line.startsWith("incremented ") ? Long.parseLong(line.substring("incremented ".length())) : 0;
    }

    private static void insertCounters(ChronicleSessionStore store) {
        IntStream.rangeClosed(1, COUNTERS).forEach(i -> store.insert(Sessions.of(i, ADA, "coat")));
    }

    private static long sum(ChronicleSessionStore store) {
        return IntStream.rangeClosed(1, COUNTERS)
                .mapToLong(
                        i -> Objects.requireNonNull(store.load(Sessions.key(i))).version() - 1)
                .sum();
    }

    @Test
    void build_moreProcessesThanMayShare_refused() throws Exception {
        try (Child child = new Child(Hog.class, directory.toString())) {
            child.await("taken"::equals);

            assertThatThrownBy(() -> open(directory))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("too many processes");
        }
        open(directory).close();
    }

    @Test
    void shared_inMemory_refused() {
        assertThatThrownBy(() -> ChronicleSessionStore.inMemory().shared()).isInstanceOf(IllegalStateException.class);
    }

    /** Takes every member's place. */
    static final class Hog {

        private Hog() {}

        public static void main(String[] arguments) throws IOException {
            try (StoreLock lock = StoreLock.open(OwnerOnly.createDirectory(Path.of(arguments[0])))) {
                System.out.println(lock.becomeOwner() ? "taken" : "in use");
                System.in.read();
            }
        }
    }

    /** Another process that shares the store, and does as it is told. */
    static final class Member {

        private Member() {}

        public static void main(String[] arguments) throws IOException {
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            try (ChronicleSessionStore store = open(Path.of(arguments[0]))) {
                System.out.println("open");
                for (String line = in.readLine(); !line.equals("end"); line = in.readLine()) {
                    String[] words = line.split(" ");
                    increment(
                            store,
                            Integer.parseInt(words[1]),
                            Integer.parseInt(words[2]),
                            new Random(ProcessHandle.current().pid()));
                    System.out.println("done " + words[2]);
                }
            }
        }

        /** Raises the version of one of the first sessions so many times. */
        static void increment(ChronicleSessionStore store, int sessions, int times, Random random) {
            for (int done = 0; done < times; ) {
                SessionKey key = Sessions.key(1 + random.nextInt(sessions));
                try {
                    SessionRecord seen = Objects.requireNonNull(store.load(key));
                    byte[] data = new byte[random.nextInt(3_000)];
                    if (store.replace(Sessions.next(seen, ADA, data))) {
                        done++;
                        if (times == FOR_GOOD) {
                            System.out.println("incremented " + done);
                        }
                    }
                } catch (StoreUnavailableException e) {
                    Thread.onSpinWait();
                }
            }
        }
    }

    /** Adds sessions, as it is told, that are much longer than was foreseen. */
    static final class Grower {

        private Grower() {}

        static ChronicleSessionStore open(Path directory) {
            return ChronicleSessionStore.persistedTo(directory)
                    .maxSessions(2_000)
                    .typicalSessionBytes(64)
                    .shared()
                    .build();
        }

        public static void main(String[] arguments) throws IOException {
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            try (ChronicleSessionStore store = open(Path.of(arguments[0]))) {
                System.out.println("open");
                for (String line = in.readLine(); line != null && !line.equals("end"); line = in.readLine()) {
                    String[] words = line.split(" ");
                    add(store, Integer.parseInt(words[0]), Integer.parseInt(words[1]));
                    System.out.println("added " + words[1]);
                }
            }
        }

        static void add(ChronicleSessionStore store, int from, int to) {
            for (int number = from; number < to; number++) {
                if (!store.insert(session(number))) {
                    throw new AssertionError("it was there");
                }
            }
        }

        static void expect(ChronicleSessionStore store, int from, int to) {
            for (int number = from; number < to; number++) {
                if (!session(number).equals(store.load(Sessions.key(number)))) {
                    throw new AssertionError("it was acknowledged, and is not there");
                }
            }
        }

        private static SessionRecord session(int number) {
            return Sessions.of(number, null, new byte[100_000 + number]);
        }
    }
}
