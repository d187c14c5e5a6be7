package dev.cloakroom.jmh;

import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * A lookup whose cookie stands behind few and behind many other cookies.
 *
 * <pre>{@code
 * java -jar jmh/target/benchmarks.jar GrowthByHeader
 * }</pre>
 */
public class GrowthByHeader extends Growth {

    private static final int SESSIONS = 1_000;

    @Param({"100", "1024", "4096", "16384"})
    int headerLength;

    @Setup
    public void start() {
        Cloakroom cloakroom = new Cloakroom("heap", false, "hmac", SESSIONS, (session, number) -> {});
        for (int i = 0; i < SESSIONS; i++) {
            String header = cloakroom.header(i);
            cloakroom.header(i, "other=value; ".repeat(Math.max(0, headerLength - header.length()) / 13) + header);
        }
        measure(cloakroom);
    }
}
