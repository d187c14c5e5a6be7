package dev.cloakroom.infinispan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.key.KeyAlgorithm;
import dev.cloakroom.key.KeyRingFile;
import dev.cloakroom.key.KeySet;
import dev.cloakroom.key.SigningKey;
import dev.cloakroom.testkit.Concurrently;
import dev.cloakroom.testkit.Effort;
import dev.cloakroom.testkit.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Three processes with a cluster key, one of which is stopped by a signal and goes on later. */
class FrozenNodeTest {

    private static final int NODES = 3;
    private static final int SESSIONS = 60;

    /** What README promises of the others; the settings of {@link Stack} come to ten seconds at most. */
    private static final Duration SERVE_AGAIN = Duration.ofSeconds(15);

    /** A request that takes longer waited for the frozen node, and not for its turn on a busy machine. */
    private static final Duration WAITED = Duration.ofSeconds(1);

    @TempDir
    private Path directory;

    private final List<Integer> ports = FreePorts.several(NODES);
    private final List<NodeProcess> nodes = new ArrayList<>();

    private void startAll() throws IOException, InterruptedException {
        KeyRingFile.write(
                directory.resolve("cookies"), KeySet.of(List.of(SigningKey.generate(KeyAlgorithm.HMAC_SHA_256))));
        byte[] clusterKey = new byte[32];
        new SecureRandom().nextBytes(clusterKey);
        Files.write(directory.resolve("cluster"), clusterKey);
        for (int i = 0; i < NODES; i++) {
            nodes.add(new NodeProcess(
                    ports.get(i),
                    ports.stream().map(port -> Integer.toString(port)).collect(Collectors.joining(",")),
                    directory.resolve("cookies").toString(),
                    directory.resolve("cluster").toString(),
                    directory.resolve("node" + i).toString()));
            if (i == 0) {
                // The first one is the coordinator.
                nodes.get(0).awaitUp(1);
            }
        }
        for (NodeProcess node : nodes) {
            node.awaitUp(NODES);
        }
    }

    @AfterEach
    void stopAll() {
        nodes.forEach(NodeProcess::close);
    }

    private static String until(NodeProcess node, String what) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (System.nanoTime() < deadline) {
            String answer = node.ask(what);
            if (!answer.equals("unavailable")) {
                return answer;
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
        throw new AssertionError("unavailable for good");
    }

    private static List<String> logins(NodeProcess node) throws InterruptedException {
        List<String> cookies = new ArrayList<>();
        for (int i = 0; i < SESSIONS; i++) {
            cookies.add(until(node, "login user" + i));
        }
        return cookies;
    }

    /**
     * Changes each session once on a node. Returns how long after the start the last request was answered that had to
     * wait for the frozen node.
     */
    private static Duration outage(NodeProcess node, List<String> cookies, long start) throws InterruptedException {
        long lastWaitEnded = start;
        for (String cookie : cookies) {
            long asked = System.nanoTime();
            assertThat(until(node, "increment " + cookie)).isEqualTo("done");
            long answered = System.nanoTime();
            if (answered - asked > WAITED.toNanos()) {
                lastWaitEnded = answered;
            }
        }
        return Duration.ofNanos(lastWaitEnded - start);
    }

    /** The coordinator of the others, and in a long search one that is not. */
    static List<Integer> victims() {
        return Effort.times(1) == 1 ? List.of(0) : List.of(0, 2);
    }

    @ParameterizedTest
    @MethodSource("victims")
    void oneOfThreeIsFrozen_othersServeAndItAnswersForNothingThatEnded(int victim) throws Exception {
        startAll();
        List<String> cookies = new ArrayList<>();
        for (NodeProcess node : nodes) {
            cookies.addAll(logins(node));
        }
        NodeProcess frozen = nodes.get(victim);
        List<NodeProcess> others = nodes.stream().filter(node -> node != frozen).toList();

        frozen.freeze();
        long start = System.nanoTime();
        List<Duration> outages = Concurrently.run(others.size(), i -> outage(others.get(i), cookies, start));
        System.out.println("two nodes of three serve all again after " + outages);
        List<String> ended = cookies.subList(0, cookies.size() / 2);
        for (String cookie : ended) {
            assertThat(until(others.get(0), "logout " + cookie)).isEqualTo("done");
        }
        // They lie in its pipe when it wakes.
        List<CompletableFuture<String>> first =
                ended.stream().map(cookie -> frozen.begin("get " + cookie)).toList();
        frozen.thaw();

        for (CompletableFuture<String> answer : first) {
            assertThat(answer.get(60, TimeUnit.SECONDS)).isIn("unavailable", "absent");
        }
        for (String cookie : ended) {
            assertThat(until(frozen, "get " + cookie)).isEqualTo("absent");
        }
        for (String cookie : cookies.subList(ended.size(), cookies.size())) {
            for (NodeProcess node : nodes) {
                assertThat(until(node, "get " + cookie)).isEqualTo("2");
            }
        }
        assertThat(outages).allMatch(outage -> outage.compareTo(SERVE_AGAIN) < 0);
    }
}
