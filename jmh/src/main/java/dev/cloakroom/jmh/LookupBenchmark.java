package dev.cloakroom.jmh;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.ThreadParams;

/**
 * The path that every request takes: header in, cookie found, signature checked, id hashed, session looked up, deadlines
 * checked, one attribute read.
 *
 * <pre>{@code
 * java -jar jmh/target/benchmarks.jar LookupBenchmark -prof gc -p store=heap
 * java -jar jmh/target/benchmarks.jar LookupBenchmark -t 2 -p sessions=100000
 * java -jar jmh/target/benchmarks.jar LookupBenchmark -t 2 -p sessions=100000 -jvmArgsPrepend -Djmh.executor=VIRTUAL
 * }</pre>
 */
public class LookupBenchmark extends Measured {

    @Param({"heap", "chronicle", "chronicle-file", "infinispan-local", "infinispan-cluster"})
    String store = "";

    @Param({"false", "true"})
    boolean sealed;

    @Param({"100000", "1000000"})
    int sessions;

    @Param({"hmac", "cmac"})
    String algorithm = "";

    @SuppressWarnings("NullAway.Init")
    Cloakroom cloakroom;

    @Setup
    public void start(BenchmarkParams params) {
        cloakroom = Cloakroom.shared(store, sealed, algorithm, sessions, params.getThreads());
    }

    @TearDown
    public void close() {
        cloakroom.close();
    }

    /** Where a thread is on the way through the sessions. */
    @State(Scope.Thread)
    public static class Client {
        int session;

        @Setup
        public void start(LookupBenchmark benchmark, ThreadParams threads) {
            session = Workload.share(benchmark.sessions, threads.getThreadIndex(), threads.getThreadCount());
        }
    }

    @Benchmark
    public int lookup(Client client) {
        client.session = cloakroom.next(client.session);
        return client.session;
    }
}
