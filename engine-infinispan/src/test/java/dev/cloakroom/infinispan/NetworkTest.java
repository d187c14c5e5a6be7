package dev.cloakroom.infinispan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import dev.cloakroom.testkit.FreePorts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jgroups.util.SocketFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who gets into a cluster over a network, and what can be read on it. */
class NetworkTest {

    private static final String HOST = "127.0.0.1";
    private static final byte[] KEY = key(1);

    /** What JGroups sends first: a cookie, a version, and an address of six bytes with its length before it. */
    private static final byte[] GREETING = {'b', 'e', 'l', 'a', 0, 0, 0, 6, 127, 0, 0, 1, 0, 1};

    private final List<Integer> ports = FreePorts.several(2);

    private static byte[] key(int seed) {
        byte[] key = new byte[32];
        new Random(seed).nextBytes(key);
        return key;
    }

    private InfinispanSessionStoreBuilder node(int number) {
        return node(number, HOST);
    }

    private InfinispanSessionStoreBuilder node(int number, String host) {
        return InfinispanSessionStore.builder()
                .clusterName("network-test")
                .bindAddress(host)
                .port(ports.get(number))
                .peers(ports.stream().map(port -> HOST + ":" + port).toArray(String[]::new));
    }

    private static SessionRecord record(String data) {
        long now = System.currentTimeMillis();
        return new SessionRecord(
                new SessionKey(new Random().nextLong(), 1),
                1,
                now,
                now,
                60_000,
                now + 600_000,
                null,
                data.getBytes(StandardCharsets.UTF_8));
    }

    /** Waits for nodes that did not find each other at once, on a machine that is busy with other things. */
    private static void awaitTogether(InfinispanSessionStore one, InfinispanSessionStore other)
            throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while ((one.nodes() != 2 || other.nodes() != 2) && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        assertThat(one.nodes()).isEqualTo(2);
        assertThat(other.nodes()).isEqualTo(2);
    }

    @Test
    void sameKey_joinsAndShares() throws Exception {
        try (InfinispanSessionStore one = node(0).clusterKey(KEY).build();
                InfinispanSessionStore other = node(1).clusterKey(KEY).build()) {
            SessionRecord record = record("coat");

            awaitTogether(one, other);

            assertThat(one.insert(record)).isTrue();

            assertThat(other.load(record.key())).isEqualTo(record);
            assertThat(other.delete(record.key())).isTrue();
            assertThat(one.load(record.key())).isNull();
        }
    }

    @Test
    void otherKey_refusedAndTold() {
        try (InfinispanSessionStore one = node(0).clusterKey(KEY).build()) {
            assertThatThrownBy(() -> node(1).clusterKey(key(2)).build())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("another cluster key");

            assertThat(one.nodes()).isEqualTo(1);
        }
    }

    @Test
    void noKey_staysOutside() {
        try (InfinispanSessionStore one = node(0).clusterKey(KEY).build()) {
            SessionRecord record = record("coat");
            one.insert(record);
            try (InfinispanSessionStore stranger = node(1).build()) {
                assertThat(stranger.nodes()).isEqualTo(1);
                assertThat(stranger.load(record.key())).isNull();
                stranger.insert(record("planted"));
                assertThat(stranger.delete(record.key())).isFalse();
            }

            assertThat(one.nodes()).isEqualTo(1);
            assertThat(one.load(record.key())).isEqualTo(record);
            assertThat(one.size()).isEqualTo(1);
        }
    }

    /** A client that would talk to anybody, and has no certificate or one of its own making. */
    private static void assertRefused(int port, KeyManager @Nullable [] shown) throws Exception {
        SSLContext credulous = SSLContext.getInstance("TLS");
        credulous.init(shown, new TrustManager[] {new Credulous()}, null);
        try (SSLSocket socket = (SSLSocket) credulous.getSocketFactory().createSocket(HOST, port)) {
            socket.setSoTimeout(10_000);
            // In TLS 1.3 the client learns that it was refused when it reads: by an alert, or by a reset that overtakes
            // it.
            // One who was let in and said nothing would be left alone, or hung up on in order.
            assertThatThrownBy(() -> {
                        socket.startHandshake();
                        int read = socket.getInputStream().read();
                        throw new AssertionError("let in, and heard " + read);
                    })
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void clientThatTrustsAnybody_refusedWithoutTheKey() throws Exception {
        try (InfinispanSessionStore one = node(0).clusterKey(KEY).build()) {
            assertRefused(ports.get(0), null);
            assertRefused(ports.get(0), ClusterIdentity.of(key(2)).keyManagers());
            assertThat(one.nodes()).isEqualTo(1);
        }
    }

    private static final class Credulous implements X509TrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
            // Anybody.
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            // Anybody.
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    @Test
    void idleConnectionsAndGarbage_doNotKeepANodeOut() throws Exception {
        try (InfinispanSessionStore one = node(0).clusterKey(KEY).build()) {
            Socket[] strangers = new Socket[200];
            for (int i = 0; i < strangers.length; i++) {
                strangers[i] = new Socket(HOST, ports.get(0));
                if (i % 2 == 0) {
                    strangers[i].getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                }
            }
            try (InfinispanSessionStore other = node(1).clusterKey(KEY).build()) {
                awaitTogether(one, other);
            } finally {
                for (Socket stranger : strangers) {
                    stranger.close();
                }
            }
        }
    }

    @Test
    void traffic_isNotReadable() throws Exception {
        SocketFactory sockets = NodeSockets.of(ClusterIdentity.of(KEY));
        String secret = "a-token-that-nobody-may-read";
        ExecutorService accepting = Executors.newSingleThreadExecutor();
        try (ServerSocket server = sockets.createServerSocket("test", 0, 50, InetAddress.getLoopbackAddress());
                Tap tap = new Tap(server.getLocalPort())) {
            Future<Socket> connection = accepting.submit(server::accept);
            try (Socket client = sockets.createSocket("test", HOST, tap.port())) {
                client.getOutputStream().write(GREETING);
                client.getOutputStream().write(secret.getBytes(StandardCharsets.US_ASCII));
                try (Socket accepted = connection.get(60, TimeUnit.SECONDS)) {
                    assertThat(accepted.getInputStream().readNBytes(GREETING.length))
                            .isEqualTo(GREETING);
                    assertThat(accepted.getInputStream().readNBytes(secret.length()))
                            .asString()
                            .isEqualTo(secret);
                }
            }

            assertThat(tap.heard()).isNotEmpty().doesNotContain(secret);
        } finally {
            accepting.shutdownNow();
        }
    }

    @Test
    void reachableAddressWithoutKey_refusedUnlessSaid() {
        assertThatThrownBy(() -> node(0, "0.0.0.0").build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("without a cluster key");
    }

    @Test
    void portInUse_saysSo() throws IOException {
        try (ServerSocket taken = new ServerSocket(ports.get(0), 1, InetAddress.getByName(HOST))) {
            assertThatThrownBy(() -> node(0).clusterKey(KEY).build())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("is port " + taken.getLocalPort() + " taken?");
        }
    }

    /** Lies between two nodes and listens. */
    private static final class Tap implements AutoCloseable {

        private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final ByteArrayOutputStream heard = new ByteArrayOutputStream();

        Tap(int port) throws IOException {
            start(() -> {
                while (true) {
                    Socket near = server.accept();
                    Socket far = new Socket(HOST, port);
                    start(() -> pass(near.getInputStream(), far.getOutputStream()));
                    start(() -> pass(far.getInputStream(), near.getOutputStream()));
                }
            });
        }

        private interface Task {
            void run() throws IOException;
        }

        private static void start(Task task) {
            Thread thread = new Thread(() -> {
                try {
                    task.run();
                } catch (IOException e) {
                    // Closed.
                }
            });
            thread.setDaemon(true);
            thread.start();
        }

        private void pass(InputStream from, OutputStream to) throws IOException {
            byte[] buffer = new byte[8192];
            for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
                synchronized (heard) {
                    heard.write(buffer, 0, count);
                }
                to.write(buffer, 0, count);
            }
            to.close();
        }

        int port() {
            return server.getLocalPort();
        }

        String heard() {
            synchronized (heard) {
                return heard.toString(StandardCharsets.ISO_8859_1);
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }
}
