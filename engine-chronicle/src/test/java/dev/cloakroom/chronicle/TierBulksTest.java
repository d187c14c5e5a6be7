package dev.cloakroom.chronicle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.testkit.ChildProcess;
import dev.cloakroom.testkit.Concurrently;
import dev.cloakroom.testkit.Effort;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import net.openhft.chronicle.map.ChronicleMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One file, opened as two maps as two processes would: what one adds to it, the threads of the other come upon. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TierBulksTest {

    private static final int ENTRIES = 1_200;
    private static final int THREADS = 4;
    private static final int ROUNDS = 10;

    private static final Layout LAYOUT = new Layout(1, 64, Layout.DEFAULT_TIERS);

    @TempDir
    private Path directory;

    private ChronicleMap<PageKey, byte[]> open(int round) throws IOException {
        return open(directory, round);
    }

    private static ChronicleMap<PageKey, byte[]> open(Path directory, int round) throws IOException {
        return TierBulks.madeSafe(LAYOUT.heads()
                .createPersistedTo(directory.resolve(round + ".map").toFile()));
    }

    @Test
    void read_byThreadsThatFindTheFileGrown_eachFindsWhatIsThere() throws Exception {
        for (int round = 0; round < Effort.times(ROUNDS); round++) {
            try (ChronicleMap<PageKey, byte[]> one = open(round);
                    ChronicleMap<PageKey, byte[]> other = open(round)) {
                insert(one, 0, ENTRIES);

                Concurrently.run(THREADS, thread -> {
                    readAll(other, thread * ENTRIES / THREADS);
                    return thread;
                });
            }
        }
    }

    @Test
    void write_byThreadsOfBothThatGrowTheFile_theOthersFindIt() throws Exception {
        for (int round = 0; round < Effort.times(ROUNDS); round++) {
            try (ChronicleMap<PageKey, byte[]> one = open(round);
                    ChronicleMap<PageKey, byte[]> other = open(round)) {
                Concurrently.run(THREADS, thread -> {
                    for (int number = thread; number < ENTRIES; number += THREADS) {
                        insert(thread % 2 == 0 ? one : other, number, number + 1);
                        assertThat((thread % 2 == 0 ? other : one).get(key(number)))
                                .hasSize(length(number));
                    }
                    return thread;
                });

                readAll(one, 0);
                readAll(other, 0);
                assertThat(one.longSize()).isEqualTo(ENTRIES);
            }
        }
    }

    /** A channel closes for good under a thread that is interrupted, and without it the file cannot be mapped. */
    @Test
    void read_byAnInterruptedThreadThatFindsTheFileGrown_findsItAndOthersGoOnGrowingIt() throws Exception {
        try (ChronicleMap<PageKey, byte[]> one = open(0);
                ChronicleMap<PageKey, byte[]> other = open(0)) {
            insert(one, 0, ENTRIES / 2);
            Thread.currentThread().interrupt();
            for (int number = 0; number < ENTRIES / 2; number++) {
                assertThat(other.get(key(number))).hasSize(length(number));
            }
            assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();

            insert(other, ENTRIES / 2, ENTRIES);

            readAll(one, 0);
        }
    }

    /** In a process of its own, for it would crash: it would list bulks beyond what it has mapped, and read there. */
    @Test
    void open_whileAnotherGrowsTheFile_findsWhatIsThere() throws Exception {
        try (ChildProcess child =
                new ChildProcess(Opener.class, directory.toString(), String.valueOf(Effort.times(8)))) {
            assertThat(child.awaitEnd()).containsExactly("found");
            assertThat(child.exitValue()).isZero();
        }
    }

    /** Opens a file again and again while a thread grows it through another map. */
    static final class Opener {

        private Opener() {}

        public static void main(String[] arguments) throws Exception {
            Path directory = Path.of(arguments[0]);
            for (int round = 0; round < Integer.parseInt(arguments[1]); round++) {
                AtomicInteger inserted = new AtomicInteger();
                try (ChronicleMap<PageKey, byte[]> one = open(directory, round)) {
                    Thread grower = new Thread(() -> {
                        for (int number = 0; number < 3 * ENTRIES; number++) {
                            insert(one, number, number + 1);
                            inserted.set(number + 1);
                        }
                    });
                    grower.start();
                    while (grower.isAlive()) {
                        try (ChronicleMap<PageKey, byte[]> other = open(directory, round)) {
                            int newest = inserted.get();
                            for (int number = Math.max(0, newest - 30); number < newest; number++) {
                                assertThat(other.get(key(number))).hasSize(length(number));
                            }
                        }
                    }
                }
            }
            System.out.println("found");
        }
    }

    private static void insert(ChronicleMap<PageKey, byte[]> map, int from, int to) {
        for (int i = from; i < to; i++) {
            try (var context = map.queryContext(key(i))) {
                context.writeLock().lock();
                if (context.entry() == null) {
                    Entries.insert(context, new byte[length(i)]);
                }
            }
        }
    }

    private static void readAll(ChronicleMap<PageKey, byte[]> map, int first) {
        for (int i = 0; i < ENTRIES; i++) {
            int number = (first + i) % ENTRIES;
            assertThat(map.get(key(number))).hasSize(length(number));
        }
    }

    private static PageKey key(int number) {
        return new PageKey(new PrincipalKey(number, number * 0x9E3779B97F4A7C15L), 0);
    }

    private static int length(int number) {
        return 10_000 + number;
    }
}
