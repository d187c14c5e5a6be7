package dev.cloakroom.infinispan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.testkit.FreePorts;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;
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
                .map(Thread::getName)
                // Of the JDK itself, one for the process.
                .filter(name -> !name.equals("CompletableFutureDelayScheduler")
                        && !name.startsWith("ForkJoinPool.commonPool")
                        && !name.equals("Keep-Alive-Timer")
                        && !name.startsWith("Common-Cleaner"))
                .collect(Collectors.toSet());
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

        Nodes.await(() -> left(before).stream().allMatch(name -> name.startsWith("Rx")));
        Schedulers.shutdown();
        Nodes.await(() -> left(before).isEmpty());
    }
}
