package dev.cloakroom.tokenhandler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.infinispan.InfinispanSessionStore;
import dev.cloakroom.infinispan.OnSplit;
import dev.cloakroom.key.KeyAlgorithm;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.key.KeyState;
import dev.cloakroom.key.SecretBytes;
import dev.cloakroom.key.SigningKey;
import dev.cloakroom.testkit.ChildProcess;
import dev.cloakroom.testkit.Concurrently;
import dev.cloakroom.testkit.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two nodes in processes of their own, one of which is killed while it refreshes tokens. */
class NodeDeathTest {

    private static final Duration LEASE = Duration.ofSeconds(2);

    private final AuthorizationServer provider = new AuthorizationServer();
    private final Api api = new Api(provider::accepts);
    private final CountDownLatch dead = new CountDownLatch(1);

    @Test
    @Timeout(120)
    void nodeThatDiesDuringARefresh_leavesItToTheOther_whichRefreshesOnceOrEndsTheSession() throws Exception {
        List<Integer> ports = FreePorts.several(2);
        try (Site survivor = node(ports.get(0), ports, provider.issuer, api.base());
                ChildProcess other = new ChildProcess(
                        Node.class,
                        Integer.toString(ports.get(1)),
                        Integer.toString(ports.get(0)),
                        provider.issuer,
                        api.base().toString())) {
            String origin = other.await(line -> line.startsWith("http://"));
            Visitor ada = new Visitor(survivor).loggedIn();
            provider.subject = "grace";
            Visitor grace = new Visitor(survivor).loggedIn();
            survivor.later();

            // Of one session the authorization server has used the refresh token up; the answer is lost with the node.
            CountDownLatch carriedOut = new CountDownLatch(1);
            provider.beforeRefreshAnswer = () -> hold(carriedOut);
            Thread first = begin(at(origin, ada));
            assertThat(carriedOut.await(30, TimeUnit.SECONDS)).isTrue();
            // Of the other it has not.
            CountDownLatch asked = new CountDownLatch(1);
            provider.beforeRefresh = () -> hold(asked);
            Thread second = begin(at(origin, grace));
            assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();
            provider.beforeRefresh = () -> {};
            provider.beforeRefreshAnswer = () -> {};

            other.kill();
            dead.countDown();
            long start = System.nanoTime();
            List<Integer> statuses = Concurrently.run(
                    10,
                    thread -> (thread < 5 ? ada : grace)
                            .copy()
                            .fetch("/api/" + thread)
                            .statusCode());
            Duration waited = Duration.ofNanos(System.nanoTime() - start);

            assertThat(statuses.subList(0, 5)).containsOnly(401);
            assertThat(statuses.subList(5, 10)).containsOnly(200);
            assertThat(provider.refreshes).as("two of each session's").hasValue(4);
            assertThat(waited).isLessThan(LEASE.plusSeconds(20));
            assertThat(ada.fetch("/bff/session").statusCode()).isEqualTo(401);
            assertThat(grace.fetch("/bff/session").statusCode()).isEqualTo(200);
            first.join();
            second.join();
        } finally {
            dead.countDown();
            api.close();
            provider.close();
        }
    }

    private void hold(CountDownLatch reached) throws IOException {
        reached.countDown();
        try {
            dead.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new IOException("who asked is dead");
    }

    private static Visitor at(String origin, Visitor visitor) {
        Visitor there = new Visitor(origin);
        there.cookies.putAll(visitor.cookies);
        return there;
    }

    /** Sends a request that is never answered. */
    private static Thread begin(Visitor visitor) {
        Thread thread = new Thread(() -> {
            try {
                visitor.fetch("/api/a");
            } catch (UncheckedIOException e) {
                // The node died.
            }
        });
        thread.start();
        return thread;
    }

    private static Site node(int port, List<Integer> ports, String issuer, URI apiBase) {
        KeyRing keys = KeyRing.of(SigningKey.of(
                1,
                KeyAlgorithm.HMAC_SHA_256,
                SecretBytes.copyOf("a secret that both nodes have....".getBytes(StandardCharsets.US_ASCII)),
                new KeyState.Active()));
        return new Site(
                issuer,
                apiBase,
                keys,
                engine -> engine.store(InfinispanSessionStore.builder()
                                .clusterName("node-death-test")
                                .port(port)
                                .peers(ports.stream()
                                        .map(number -> "127.0.0.1:" + number)
                                        .toArray(String[]::new))
                                .onSplit(OnSplit.SERVE)
                                .build())
                        .refreshLease(LEASE),
                settings -> settings);
    }

    /** A node that joins another. For it, tokens are due at once. */
    static final class Node {

        private Node() {}

        public static void main(String[] arguments) throws IOException {
            int port = Integer.parseInt(arguments[0]);
            int peer = Integer.parseInt(arguments[1]);
            try (Site site = node(port, List.of(port, peer), arguments[2], URI.create(arguments[3]))) {
                site.later();
                System.out.println(site.origin);
                System.in.read();
            }
        }
    }
}
