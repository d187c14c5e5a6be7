package dev.cloakroom.infinispan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.testkit.FreePorts;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What is left of a store that was closed. */
class ClosingTest {

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet();
    }

    /** Returns the names of the threads that were started since, and have not ended. */
    private static Set<String> left(Set<Thread> before) {
        return threads().stream()
                .filter(thread -> !before.contains(thread) && thread.isAlive())
                // Of the JDK itself, for the process: the virtual threads' carriers, and the timers of futures and
                // pools.
                .filter(thread -> !thread.getClass().getSimpleName().equals("CarrierThread"))
                .map(Thread::getName)
                .filter(name -> !name.equals("CompletableFutureDelayScheduler")
                        && !name.endsWith("-delayScheduler")
                        && !name.startsWith("VirtualThread-")
                        && !name.startsWith("ForkJoinPool.commonPool")
                        && !name.equals("Keep-Alive-Timer")
                        && !name.startsWith("Common-Cleaner"))
                .collect(Collectors.toSet());
    }

    private static void awaitNone(Supplier<Set<String>> names) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!names.get().isEmpty()) {
            assertThat(System.nanoTime()).as("threads left: %s", names.get()).isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    @Test
    void closedNodes_onlyRxJavasThreadsAreLeftUntilItsShutdown() throws Exception {
        Set<Thread> before = threads();
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        List<Integer> ports = FreePorts.several(2);
        String[] peers = ports.stream().map(port -> "127.0.0.1:" + port).toArray(String[]::new);
        for (int i = 0; i < 2; i++) {
            InfinispanSessionStore other = InfinispanSessionStore.builder()
                    .port(ports.get(0))
                    .peers(peers)
                    .clusterKey(key)
                    .build();
            InfinispanSessionStore store = InfinispanSessionStore.builder()
                    .port(ports.get(1))
                    .peers(peers)
                    .clusterKey(key)
                    .build();
            assertThat(store.nodes()).isEqualTo(2);
            store.close();
            other.close();
        }

        awaitNone(() ->
                left(before).stream().filter(name -> !name.startsWith("Rx")).collect(Collectors.toSet()));
        Schedulers.shutdown();
        awaitNone(() -> left(before));
    }
}
