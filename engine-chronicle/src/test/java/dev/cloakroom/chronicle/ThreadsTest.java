package dev.cloakroom.chronicle;

import static dev.cloakroom.chronicle.Sessions.ADA;
import static dev.cloakroom.chronicle.Sessions.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.store.SessionRecord;
import dev.cloakroom.store.StoreFullException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Threads that would harm a Chronicle Map: interrupted ones, and virtual ones by the thousand. */
class ThreadsTest {

    @TempDir
    private Path directory;

    @Test
    void write_byAnInterruptedThreadThatGrowsTheFile_othersGoOnGrowingIt() {
        try (ChronicleSessionStore store = ChronicleSessionStore.persistedTo(directory)
                .maxSessions(1_000)
                .typicalSessionBytes(64)
                .build()) {
            Thread.currentThread().interrupt();
            for (int i = 0; i < 400; i++) {
                assertThat(store.insert(Sessions.of(i, ADA, new byte[100_000]))).isTrue();
            }
            assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();

            for (int i = 400; i < 800; i++) {
                assertThat(store.insert(Sessions.of(i, ADA, new byte[100_000]))).isTrue();
            }

            assertThat(store.byPrincipal(ADA)).hasSize(800);
        }
    }

    @Test
    void calls_byVirtualThreads_runOnAFewPlatformThreads() throws Exception {
        Method start = startVirtualThread();
        if (start == null) {
            assertThat(PlatformThreads.needed()).isFalse();
            return;
        }
        int threads = 5_000;
        long before = chronicleThreads();
        SessionRecord record = Sessions.of(1, ADA, "coat");
        try (ChronicleSessionStore store =
                ChronicleSessionStore.inMemory().maxSessions(threads).build()) {
            List<CompletableFuture<Boolean>> results = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int number = i;
                CompletableFuture<Boolean> result = new CompletableFuture<>();
                results.add(result);
                start.invoke(null, (Runnable) () -> {
                    try {
                        SessionRecord mine = Sessions.of(number, number % 50 == 0 ? ADA : null, "coat");
                        result.complete(PlatformThreads.needed()
                                && store.insert(mine)
                                && mine.equals(store.load(mine.key()))
                                && store.touch(mine.key(), NOW + 1)
                                && store.replace(Sessions.next(mine, ADA, new byte[3]))
                                && store.delete(mine.key()));
                    } catch (Throwable e) {
                        result.completeExceptionally(e);
                    }
                });
            }
            for (CompletableFuture<Boolean> result : results) {
                assertThat(result.get(60, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(store.size()).isZero();

            store.insert(record);
            CompletableFuture<String> sweeper = new CompletableFuture<>();
            start.invoke(null, (Runnable) () -> store.sweep(
                    NOW + 60_000,
                    10,
                    removed -> sweeper.complete(Thread.currentThread().getName())));
            assertThat(sweeper.get(60, TimeUnit.SECONDS)).startsWith("cloakroom-chronicle-");
            // Those of a store that was closed by another test may not have ended yet.
            assertThat(chronicleThreads())
                    .isBetween(1L, before + 4L * Runtime.getRuntime().availableProcessors());
        }
    }

    @Test
    void failure_onAPlatformThread_reachesTheVirtualThread() throws Exception {
        Method start = startVirtualThread();
        try (ChronicleSessionStore store =
                ChronicleSessionStore.inMemory().maxSessions(1).build()) {
            store.insert(Sessions.of(1, ADA, "coat"));
            CompletableFuture<Boolean> result = new CompletableFuture<>();
            Runnable insert = () -> {
                try {
                    result.complete(store.insert(Sessions.of(2, ADA, "coat")));
                } catch (Throwable e) {
                    result.completeExceptionally(e);
                }
            };
            if (start == null) {
                insert.run();
            } else {
                start.invoke(null, insert);
            }

            assertThatThrownBy(() -> result.get(60, TimeUnit.SECONDS)).hasCauseInstanceOf(StoreFullException.class);
        }
    }

    private static long chronicleThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("cloakroom-chronicle-"))
                .count();
    }

    private static Method startVirtualThread() {
        try {
            return Thread.class.getMethod("startVirtualThread", Runnable.class);
        } catch (NoSuchMethodException e) {
            System.err.println("This JDK has no virtual threads: what they do to the store is tested on 21 and newer.");
            return null;
        }
    }
}
