package dev.cloakroom.jmh;

import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * A lookup of sessions of users who have few and who have many.
 *
 * <pre>{@code
 * java -jar jmh/target/benchmarks.jar GrowthByPrincipal
 * }</pre>
 */
public class GrowthByPrincipal extends Growth {

    private static final int SESSIONS = 10_000;

    @Param({"1", "10", "100", "1000"})
    int sessionsPerPrincipal;

    @Setup
    public void start() {
        measure(new Cloakroom(
                "heap",
                false,
                "hmac",
                SESSIONS,
                (session, number) -> session.login("user-" + number / sessionsPerPrincipal)));
    }
}
