package dev.cloakroom.infinispan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.key.KeyAlgorithm;
import dev.cloakroom.key.KeyRingFile;
import dev.cloakroom.key.KeySet;
import dev.cloakroom.key.SigningKey;
import dev.cloakroom.testkit.Effort;
import dev.cloakroom.testkit.FreePorts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that has a cluster key and no file descriptor left, when strangers and a node connect to it. */
class DescriptorsTest {

    private static final String HOST = "127.0.0.1";
    private static final int DESCRIPTORS = 500;
    private static final int STRANGERS = 20;

    /** What the thread that accepts may take of a processor while it cannot; one that spins takes all of that time. */
    private static final long MOST_MILLIS_OF_2000 = 100;

    @TempDir
    private Path directory;

    private final List<Integer> ports = FreePorts.several(2);

    private NodeProcess startNode(byte[] clusterKey) throws IOException {
        KeyRingFile.write(
                directory.resolve("cookies"), KeySet.of(List.of(SigningKey.generate(KeyAlgorithm.HMAC_SHA_256))));
        Files.write(directory.resolve("cluster"), clusterKey);
        return new NodeProcess(
                DESCRIPTORS,
                ports.get(0),
                ports.stream().map(port -> Integer.toString(port)).collect(Collectors.joining(",")),
                directory.resolve("cookies").toString(),
                directory.resolve("cluster").toString(),
                directory.resolve("node").toString());
    }

    private InfinispanSessionStore join(byte[] clusterKey) {
        return InfinispanSessionStore.builder()
                .clusterName("cluster-test")
                .bindAddress(HOST)
                .port(ports.get(1))
                .peers(ports.stream().map(port -> HOST + ":" + port).toArray(String[]::new))
                .clusterKey(clusterKey)
                .build();
    }

    private static long acceptorMillis(NodeProcess node) throws InterruptedException {
        return Long.parseLong(node.ask("acceptor"));
    }

    /** Waits until the other end closes a connection. */
    private static void awaitClosed(Socket stranger) throws IOException {
        stranger.setSoTimeout(60_000);
        try {
            assertThat(stranger.getInputStream().read()).isNegative();
        } catch (SocketException e) {
            // Closed by a reset.
        }
    }

    @Test
    void noDescriptorIsLeft_acceptsAgainWhenSomeAreAndSpinsNotMeanwhile() throws Exception {
        byte[] clusterKey = new byte[32];
        new SecureRandom().nextBytes(clusterKey);
        List<Socket> strangers = new ArrayList<>();
        try (NodeProcess node = startNode(clusterKey)) {
            node.awaitUp(1);
            String cookie = node.ask("login ada");
            // Loads the classes of what is asked below: without descriptors none can be read from a directory.
            TimeUnit.SECONDS.sleep(1);
            assertThat(node.ask("get " + cookie)).isEqualTo("0");
            assertThat(acceptorMillis(node)).isNotNegative();
            for (int round = 0; round < Effort.times(1); round++) {
                assertThat(node.ask("exhaust")).isNotEqualTo("0");
                for (int i = 0; i < STRANGERS; i++) {
                    Socket stranger = new Socket();
                    strangers.add(stranger);
                    stranger.connect(new InetSocketAddress(HOST, ports.get(0)), 1_000);
                }
                long before = acceptorMillis(node);
                CompletableFuture<InfinispanSessionStore> joining =
                        CompletableFuture.supplyAsync(() -> join(clusterKey));

                TimeUnit.SECONDS.sleep(2);

                long took = acceptorMillis(node) - before;
                System.out.println("the thread that accepts took " + took + " ms of a processor in 2 s");
                assertThat(took).isLessThan(MOST_MILLIS_OF_2000);
                assertThat(node.ask("get " + cookie)).isEqualTo("0");
                assertThat(node.ask("free")).isEqualTo("done");
                for (Socket stranger : strangers) {
                    awaitClosed(stranger);
                }
                try (InfinispanSessionStore other = joining.get(60, TimeUnit.SECONDS)) {
                    Nodes.await(() -> other.nodes() == 2);
                    node.awaitUp(2);
                }
                node.awaitUp(1);
            }
        } finally {
            for (Socket stranger : strangers) {
                stranger.close();
            }
        }
    }
}
