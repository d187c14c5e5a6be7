package dev.cloakroom.jmh;

import dev.cloakroom.Lookup;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.infinispan.InfinispanSessionStore;
import dev.cloakroom.jmh.peer.Peer;
import dev.cloakroom.jmh.peer.Peers;
import dev.cloakroom.key.KeyRing;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What requests cost in a cluster of three nodes, each session on two of them: from header to attribute on a node that
 * has the session and on the one that has not, and what is written; and Infinispan's own calls beside them. The nodes are in one JVM, but speak TLS over the
 * loopback interface, as they would from machine to machine; records are sealed, as they are by default. Beside them,
 * in the same run, a read of Infinispan's own local cache, and Spring Session over one embedded Hazelcast member, which
 * has all sessions itself and asks nobody.
 *
 * <pre>{@code
 * java -jar jmh/target/benchmarks.jar ClusterBenchmark
 * }</pre>
 */
public class ClusterBenchmark extends Measured {

    private static final int NODES = 3;
    private static final int SESSIONS = 3_000;
    private static final int TRIALS = 5;

    /** Between reads of memory, microseconds, and questions over TLS, some tens of them at least. */
    private static final long NEAR_NANOS = 25_000;

    private static final Duration TOUCH_INTERVAL = Duration.ofMillis(10);

    private final List<SessionEngine> engines = new ArrayList<>();
    private final List<String> near = new ArrayList<>();
    private final List<String> far = new ArrayList<>();
    private final List<String> cached = new ArrayList<>();
    private final List<String> hazelcast = new ArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private PlainCache plain;

    @SuppressWarnings("NullAway.Init")
    private Peer infinispanCache;

    @SuppressWarnings("NullAway.Init")
    private Peer springSession;

    private long now = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
    private int at;

    @Setup
    public void start() {
        KeyRing keys = KeyRing.random();
        byte[] clusterKey = new byte[32];
        new SecureRandom().nextBytes(clusterKey);
        Integer[] ports = new Integer[NODES];
        for (int i = 0; i < NODES; i++) {
            ports[i] = Stores.freePort();
        }
        List<InfinispanSessionStore> stores = new ArrayList<>();
        for (int i = 0; i < NODES; i++) {
            stores.add(Stores.clusterNode(ports[i], clusterKey, ports));
            engines.add(SessionEngine.builder()
                    .keys(keys)
                    .store(stores.get(i))
                    .clock(() -> Instant.ofEpochMilli(now))
                    .idleTimeout(Duration.ofDays(100_000))
                    .absoluteTimeout(Duration.ofDays(100_000))
                    .renewalInterval(Duration.ofDays(100_000))
                    .touchInterval(TOUCH_INTERVAL)
                    .withoutSweeping()
                    .build());
        }
        // A session is on the node that made it, and on one more.
        List<String> others = new ArrayList<>();
        for (int i = 0; i < SESSIONS; i++) {
            SessionEngine maker = engines.get(i % NODES);
            Session session = maker.open((String) null);
            Cloakroom.fill(session, i);
            String header = Cloakroom.header(maker.commit(session).get(0));
            (i % NODES == 0 ? near : others).add(header);
        }
        for (int i = 0; i < TRIALS; i++) {
            others.forEach(this::read);
        }
        others.stream().filter(header -> !isNear(header)).forEach(far::add);
        if (far.size() < SESSIONS / 10) {
            throw new IllegalStateException("of " + SESSIONS + " sessions " + far.size() + " seem to be far");
        }
        plain = PlainCache.on(stores, SESSIONS);
        infinispanCache = fill("infinispan-local", cached);
        springSession = fill("spring-session-hazelcast", hazelcast);
    }

    private static Peer fill(String name, List<String> headers) {
        Peer peer = Peers.open(name, SESSIONS);
        for (int i = 0; i < SESSIONS; i++) {
            headers.add(Peers.header(peer.create(Workload.content(i, i))));
        }
        return peer;
    }

    private boolean isNear(String header) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < TRIALS; i++) {
            long start = System.nanoTime();
            read(header);
            least = Math.min(least, System.nanoTime() - start);
        }
        return least < NEAR_NANOS;
    }

    @TearDown
    public void close() {
        engines.forEach(SessionEngine::close);
        infinispanCache.close();
        springSession.close();
    }

    private Session found(String header) {
        if (engines.get(0).lookup(header) instanceof Lookup.Found found) {
            return found.session();
        }
        throw new IllegalStateException("a live session was not found");
    }

    private String read(String header) {
        return String.valueOf(found(header).get(Workload.USER_ID));
    }

    private String next(List<String> headers) {
        at = at + 1 < headers.size() ? at + 1 : 0;
        return headers.get(at);
    }

    /** A lookup on a node that has the session. */
    @Benchmark
    public String ownerRead() {
        return read(next(near));
    }

    /** A lookup on the node that has not: one question over the network. */
    @Benchmark
    public String remoteRead() {
        return read(next(far));
    }

    /** A lookup and one changed attribute. */
    @Benchmark
    public List<String> commit() {
        Session session = found(next(near));
        session.put(Workload.USER_ID, "user-0");
        return engines.get(0).commit(session);
    }

    /** A lookup and one changed attribute, on the node that has not the session. */
    @Benchmark
    public List<String> remoteCommit() {
        Session session = found(next(far));
        session.put(Workload.USER_ID, "user-0");
        return engines.get(0).commit(session);
    }

    /** A lookup whose time is stored. */
    @Benchmark
    public String touch() {
        now += TOUCH_INTERVAL.toMillis();
        return read(next(near));
    }

    /** A lookup whose time is stored, on the node that has not the session. */
    @Benchmark
    public String remoteTouch() {
        now += TOUCH_INTERVAL.toMillis();
        return read(next(far));
    }

    /** What {@link #remoteRead} is to be compared with: Infinispan's own {@code get} over the same connections. */
    @Benchmark
    public byte[] infinispanRemoteGet() {
        return plain.get(plain.nextFar());
    }

    /** What {@link #commit} is to be compared with: Infinispan's own {@code get} and {@code replace}. */
    @Benchmark
    public boolean infinispanGetAndReplace() {
        return plain.getAndReplace(plain.nextNear());
    }

    /** What {@link #remoteCommit} is to be compared with: Infinispan's own {@code get} and {@code replace}. */
    @Benchmark
    public boolean infinispanRemoteGetAndReplace() {
        return plain.getAndReplace(plain.nextFar());
    }

    /** Infinispan's own cache in one process, keyed by the cookie's text, holding live objects. */
    @Benchmark
    public long infinispanGet() {
        return infinispanCache.next(next(cached));
    }

    /** Spring Session over Hazelcast, one member. */
    @Benchmark
    public long springSessionHazelcast() {
        return springSession.next(next(hazelcast));
    }
}
