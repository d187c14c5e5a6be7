package dev.cloakroom.jmh;

import dev.cloakroom.Lookup;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What requests cost that write, each with its lookup, among 10,000 sessions. The clock goes on by as much as makes a
 * touch or a renewal due. Renewals are so far apart that none falls due while touches are measured, and the absolute
 * timeout is so long that ten million renewals fit it.
 *
 * <pre>{@code
 * java -jar jmh/target/benchmarks.jar CommitBenchmark -prof gc
 * }</pre>
 */
public class CommitBenchmark extends Measured {

    private static final int SESSIONS = 10_000;
    private static final Duration TOUCH_INTERVAL = Duration.ofMillis(1);
    private static final Duration RENEWAL_INTERVAL = Duration.ofDays(1);

    @Param({"heap", "chronicle", "chronicle-file", "infinispan-local"})
    String store = "";

    @SuppressWarnings("NullAway.Init")
    private Cloakroom cloakroom;

    private long now = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
    private int at;

    @Setup
    public void start() {
        cloakroom = new Cloakroom(
                store,
                false,
                "hmac",
                SESSIONS,
                Cloakroom::fill,
                settings -> settings.clock(() -> Instant.ofEpochMilli(now))
                        .idleTimeout(Duration.ofDays(100_000))
                        .absoluteTimeout(Duration.ofDays(10_000_000))
                        .touchInterval(TOUCH_INTERVAL)
                        .renewalInterval(RENEWAL_INTERVAL)
                        .withoutSweeping());
    }

    @TearDown
    public void close() {
        cloakroom.close();
    }

    private Session next() {
        at = (at + 1) % SESSIONS;
        if (cloakroom.engine().lookup(cloakroom.header(at)) instanceof Lookup.Found found) {
            return found.session();
        }
        throw new IllegalStateException("a live session was not found");
    }

    /** A request that only reads, to compare with. */
    @Benchmark
    public List<String> read() {
        return cloakroom.engine().commit(next());
    }

    /** A new session, and its end. */
    @Benchmark
    public List<String> createAndEnd() {
        SessionEngine engine = cloakroom.engine();
        Session session = engine.open((String) null);
        Cloakroom.fill(session, 0);
        engine.commit(session);
        session.logout();
        return engine.commit(session);
    }

    /** One attribute changed. */
    @Benchmark
    public List<String> change() {
        Session session = next();
        session.put(Workload.USER_ID, "user-0");
        return cloakroom.engine().commit(session);
    }

    /** A read whose time is stored. */
    @Benchmark
    public List<String> touch() {
        now += TOUCH_INTERVAL.toMillis();
        return cloakroom.engine().commit(next());
    }

    /** A read after which the browser gets another id. */
    @Benchmark
    public List<String> renew() {
        now += RENEWAL_INTERVAL.toMillis();
        List<String> cookies = cloakroom.engine().commit(next());
        cloakroom.header(at, Cloakroom.header(cookies.get(0)));
        return cookies;
    }
}
