package dev.cloakroom.infinispan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.testkit.FreePorts;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Strangers at a node's port, and at a port that is on a node's list, do not keep nodes from starting and joining. */
class StrangersTest {

    private static final String HOST = "127.0.0.1";
    private static final byte[] KEY = key();

    /** What JGroups sends first: a cookie, a version, and an address of six bytes with its length before it. */
    private static final byte[] GREETING = {'b', 'e', 'l', 'a', 0, 0, 0, 6, 127, 0, 0, 1, 0, 1};

    private final List<Integer> ports = FreePorts.several(3);

    private static byte[] key() {
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        return key;
    }

    private InfinispanSessionStoreBuilder node(int number) {
        return InfinispanSessionStore.builder()
                .clusterName("strangers")
                .bindAddress(HOST)
                .port(ports.get(number))
                .peers(ports.stream().map(port -> HOST + ":" + port).toArray(String[]::new));
    }

    private static void awaitTogether(InfinispanSessionStore... stores) throws InterruptedException {
        Nodes.await(() -> Stream.of(stores).allMatch(store -> store.nodes() == stores.length));
    }

    /** A number of strangers, each on a connection of its own, until it is closed. */
    private static final class Strangers implements AutoCloseable {

        private interface Stranger {
            void visit(Socket socket) throws IOException, InterruptedException;
        }

        private final AtomicBoolean over = new AtomicBoolean();
        private final ExecutorService threads;
        private final AtomicInteger visits = new AtomicInteger();

        Strangers(int number, int port, Stranger stranger) {
            threads = Executors.newFixedThreadPool(number);
            for (int i = 0; i < number; i++) {
                threads.execute(() -> {
                    while (!over.get()) {
                        try (Socket socket = new Socket()) {
                            socket.connect(new InetSocketAddress(HOST, port), 1_000);
                            visits.incrementAndGet();
                            stranger.visit(socket);
                        } catch (IOException e) {
                            // Nobody listens yet, or it was turned away.
                            pause(50);
                        } catch (InterruptedException e) {
                            return;
                        }
                    }
                });
            }
        }

        int visits() {
            return visits.get();
        }

        @Override
        public void close() {
            over.set(true);
            threads.shutdownNow();
        }
    }

    private static void pause(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sends the beginning of a TLS record, one byte after the other, so slowly that no single read takes too long. */
    private static void sendSlowly(Socket socket) throws IOException, InterruptedException {
        OutputStream out = socket.getOutputStream();
        byte[] hello = {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xFC, 3, 3};
        for (int i = 0; ; i++) {
            out.write(i < hello.length ? hello[i] : 0);
            TimeUnit.MILLISECONDS.sleep(900);
        }
    }

    private static void shakeHands(Socket socket, KeyManager[] shown) throws IOException {
        try {
            SSLContext credulous = SSLContext.getInstance("TLS");
            credulous.init(shown, new TrustManager[] {new Credulous()}, null);
            try (Socket tls = credulous.getSocketFactory().createSocket(socket, HOST, socket.getPort(), true)) {
                tls.getOutputStream().write(GREETING);
                int unused = tls.getInputStream().read();
            }
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
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
    void strangersWithACertificateOfTheirOwn_whileANodeStarts_starts() throws Exception {
        KeyManager[] other = ClusterIdentity.of(key()).keyManagers();
        try (Strangers strangers = new Strangers(4, ports.get(0), socket -> shakeHands(socket, other));
                InfinispanSessionStore one = node(0).clusterKey(KEY).build()) {
            Nodes.await(() -> strangers.visits() > 0);

            assertThat(one.nodes()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void slowStrangers_whileNodesStartAndJoin_theyFindEachOther(boolean key) throws Exception {
        try (Strangers strangers = new Strangers(300, ports.get(0), StrangersTest::sendSlowly);
                InfinispanSessionStore one = (key ? node(0).clusterKey(KEY) : node(0)).build()) {
            Nodes.await(() -> strangers.visits() >= 300);
            try (InfinispanSessionStore other = (key ? node(1).clusterKey(KEY) : node(1)).build()) {
                assertThat(other.nodes()).isEqualTo(2);
                awaitTogether(one, other);
            }
            Nodes.await(() -> one.nodes() == 1);
        }
    }

    @Test
    void peerThatAcceptsAndSaysNothing_othersFindEachOtherAtOnce() throws Exception {
        try (ServerSocket silent = new ServerSocket(ports.get(2), 50, InetAddress.getByName(HOST));
                InfinispanSessionStore one = node(0).clusterKey(KEY).build();
                InfinispanSessionStore other = node(1).clusterKey(KEY).build()) {
            assertThat(silent.isClosed()).isFalse();
            assertThat(other.nodes()).isEqualTo(2);
            awaitTogether(one, other);
        }
    }

    @Test
    void slowConnection_isClosedInTime() throws Exception {
        NodeSockets sockets = NodeSockets.of(ClusterIdentity.of(KEY));
        ExecutorService accepting = Executors.newSingleThreadExecutor();
        try (ServerSocket server = sockets.createServerSocket("test", 0, 50, InetAddress.getByName(HOST))) {
            Future<Socket> never = accepting.submit(server::accept);
            long start = System.nanoTime();

            try (Socket slow = new Socket(HOST, server.getLocalPort())) {
                assertThatThrownBy(() -> sendSlowly(slow)).isInstanceOf(SocketException.class);
            }

            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isLessThan(NodeServerSocket.GREETING.multipliedBy(3));
            assertThat(never.isDone()).isFalse();
        } finally {
            accepting.shutdownNow();
        }
    }

    @Test
    void manyPendingConnectionsOfOneAddress_oldestIsClosed() throws Exception {
        NodeSockets sockets = NodeSockets.of(null);
        PendingConnections pending = new PendingConnections();
        List<NodeSocket> accepted = new ArrayList<>();
        List<Socket> clients = new ArrayList<>();
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getByName(HOST))) {
            for (int i = 0; i < PendingConnections.PER_ADDRESS + 2; i++) {
                clients.add(new Socket(HOST, server.getLocalPort()));
                accepted.add(new NodeSocket(sockets, server.accept()));
                pending.add(accepted.get(i));
            }

            assertThat(accepted.subList(0, 2)).allMatch(Socket::isClosed);
            assertThat(accepted.subList(2, accepted.size())).noneMatch(Socket::isClosed);
            pending.closeOldest();
            assertThat(accepted.get(2).isClosed()).isTrue();
            pending.closeAll();
            assertThat(accepted).allMatch(Socket::isClosed);
        } finally {
            for (Socket client : clients) {
                client.close();
            }
            sockets.deadlines().close();
        }
    }

    @Test
    void acceptFails_triesAgainWithoutSpinningAndRecovers() throws Exception {
        NodeSockets sockets = NodeSockets.of(null);
        AtomicBoolean broken = new AtomicBoolean(true);
        AtomicInteger attempts = new AtomicInteger();
        ServerSocket listener = new ServerSocket() {
            @Override
            public Socket accept() throws IOException {
                attempts.incrementAndGet();
                if (broken.get()) {
                    throw new SocketException("Too many open files");
                }
                return super.accept();
            }
        };
        ExecutorService accepting = Executors.newSingleThreadExecutor();
        try (NodeServerSocket server = new NodeServerSocket(sockets, listener)) {
            server.bind(new InetSocketAddress(HOST, 0));
            Future<Socket> accepted = accepting.submit(server::accept);
            try (Socket client = new Socket(HOST, server.getLocalPort())) {
                client.getOutputStream().write(GREETING);
                TimeUnit.SECONDS.sleep(2);
                assertThat(attempts.get()).isBetween(2, 20);

                broken.set(false);

                try (Socket socket = accepted.get(60, TimeUnit.SECONDS)) {
                    assertThat(socket.getInputStream().readNBytes(GREETING.length))
                            .isEqualTo(GREETING);
                }
            }
        } finally {
            accepting.shutdownNow();
        }
    }

    @Test
    void nodeThatTakesNoData_writeFailsInTime() throws Exception {
        NodeSockets sockets = NodeSockets.of(null);
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getByName(HOST));
                Socket socket = sockets.createSocket("test", HOST, silent.getLocalPort())) {
            long start = System.nanoTime();
            byte[] much = new byte[1 << 20];

            assertThatThrownBy(() -> {
                        while (true) {
                            socket.getOutputStream().write(much);
                        }
                    })
                    .isInstanceOf(SocketTimeoutException.class);

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(NodeSocket.WRITE.multipliedBy(3));
        } finally {
            sockets.deadlines().close();
        }
    }

    @Test
    void nodeThatDoesNotAnswer_onlyTheFirstAttemptIsWaitedForUntilItAnswers() throws Exception {
        NodeSockets sockets = NodeSockets.of(ClusterIdentity.of(KEY));
        int port = ports.get(0);
        try (ServerSocket silent = new ServerSocket(port, 50, InetAddress.getByName(HOST))) {
            assertThat(silent.isBound()).isTrue();
            assertThatThrownBy(() -> sockets.createSocket("test", HOST, port))
                    .isInstanceOf(SocketTimeoutException.class);
            long start = System.nanoTime();
            for (int i = 0; i < 20; i++) {
                assertThatThrownBy(() -> sockets.createSocket("test", HOST, port))
                        .isInstanceOf(SocketTimeoutException.class);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(NodeSocket.CONNECT);
        }
        ExecutorService accepting = Executors.newSingleThreadExecutor();
        try (ServerSocket server = sockets.createServerSocket("test", port, 50, InetAddress.getByName(HOST))) {
            Future<Socket> accepted = accepting.submit(server::accept);
            Nodes.await(() -> connects(sockets, port));

            accepted.get(60, TimeUnit.SECONDS).close();
        } finally {
            accepting.shutdownNow();
        }
    }

    private static boolean connects(NodeSockets sockets, int port) {
        try (Socket socket = sockets.createSocket("test", HOST, port)) {
            socket.getOutputStream().write(GREETING);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
