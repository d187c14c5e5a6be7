package dev.cloakroom.infinispan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.key.KeyAlgorithm;
import dev.cloakroom.key.KeyRingFile;
import dev.cloakroom.key.KeySet;
import dev.cloakroom.key.SigningKey;
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
import org.junit.jupiter.params.provider.ValueSource;

/** Three processes with a cluster key, one of which is stopped by a signal and goes on later. */
class FrozenNodeTest {

    private static final int NODES = 3;
    private static final int SESSIONS = 60;
    /** On an idle machine they serve again within 15 s, as README says; a busy one may take twice as long. */
    private static final Duration SERVE_AGAIN = Duration.ofSeconds(30);

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
            nodes.get(i).awaitUp(i + 1);
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

    /** Freezes the coordinator of the others, or one that is not. */
    @ParameterizedTest
    @ValueSource(ints = {0, 2})
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
        for (NodeProcess node : others) {
            for (String cookie : cookies) {
                assertThat(until(node, "increment " + cookie)).isEqualTo("done");
            }
        }
        Duration waited = Duration.ofNanos(System.nanoTime() - start);
        System.out.println("two nodes of three serve all again after " + waited.toMillis() + " ms");
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
        assertThat(waited).isLessThan(SERVE_AGAIN);
    }
}
