package dev.cloakroom.jmh;

import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * A lookup among few and among many sessions. These have one attribute, so that five million of them fit.
 *
 * <pre>{@code
 * java -jar jmh/target/benchmarks.jar GrowthBySessions
 * }</pre>
 */
public class GrowthBySessions extends Growth {

    @Param({"1000", "10000", "100000", "1000000", "5000000"})
    int sessions;

    @Setup
    public void start() {
        measure(new Cloakroom("heap", false, "hmac", sessions, (session, number) -> {}));
    }
}
