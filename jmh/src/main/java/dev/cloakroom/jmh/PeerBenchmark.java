package dev.cloakroom.jmh;

import dev.cloakroom.jmh.peer.Peer;
import dev.cloakroom.jmh.peer.Peers;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.ThreadParams;

/**
 * What every request costs, here and elsewhere: a {@code Cookie} header comes in, the session's cookie is found among
 * three, the session is looked up, one attribute is read, and what the peer does at the end of such a request is done.
 * The attribute says whose request comes next (see {@link Workload}).
 *
 * <p>Each peer runs as it is by default, checking no signature, and again with a check of an HMAC-SHA-256 added
 * ({@code +hmac}), which is what Cloakroom never goes without. What a peer does and does not do is said in its adapter
 * ({@code dev.cloakroom.jmh.peer}). The first four are lower bounds: maps without cookies, timeouts or anything.
 *
 * <pre>
 * java -jar jmh/target/benchmarks.jar PeerBenchmark
 * java -jar jmh/target/benchmarks.jar PeerBenchmark -p peer=tomcat,tomcat+hmac,cloakroom-hmac -prof gc
 * </pre>
 *
 * <p>{@code light} needs JDK 21 to build and to run; on an older one its lines are missing.
 */
public class PeerBenchmark extends Measured {

    @Param({
        "map",
        "caffeine",
        "infinispan-simple",
        "infinispan-local",
        "tomcat",
        "vertx",
        "shiro",
        "undertow",
        "light",
        "spring-session",
        "jetty",
        "spring-session-hazelcast",
        "map+hmac",
        "caffeine+hmac",
        "infinispan-simple+hmac",
        "infinispan-local+hmac",
        "tomcat+hmac",
        "vertx+hmac",
        "shiro+hmac",
        "undertow+hmac",
        "light+hmac",
        "spring-session+hmac",
        "jetty+hmac",
        "spring-session-hazelcast+hmac",
        "cloakroom-hmac",
        "cloakroom-hmac-commit",
        "cloakroom-cmac",
        "cloakroom-cmac-commit"
    })
    String peer = "";

    @Param("100000")
    int sessions;

    private Peer opened = new NoPeer();
    private String[] headers = new String[0];

    @Setup
    public void open(BenchmarkParams params) {
        opened = Peers.open(peer, sessions);
        headers = new String[sessions];
        int[] next = Workload.cycles(sessions, params.getThreads());
        for (int i = 0; i < sessions; i++) {
            headers[i] = Peers.header(opened.create(Workload.content(i, next[i])));
        }
    }

    @TearDown
    public void close() {
        opened.close();
    }

    @Benchmark
    public long request(Chain chain) {
        long next = opened.next(headers[chain.at]);
        chain.at = (int) next;
        return next;
    }

    /** Which session a thread's next request is of. */
    @State(Scope.Thread)
    public static class Chain {

        int at;

        @Setup
        public void start(PeerBenchmark benchmark, ThreadParams threads) {
            at = Workload.share(benchmark.sessions, threads.getThreadIndex(), threads.getThreadCount());
        }
    }

    /** Stands in until there is a peer. */
    private static final class NoPeer implements Peer {

        @Override
        public String create(Workload.Content content) {
            throw new IllegalStateException();
        }

        @Override
        public long next(String cookieHeader) {
            throw new IllegalStateException();
        }

        @Override
        public void close() {}
    }
}
