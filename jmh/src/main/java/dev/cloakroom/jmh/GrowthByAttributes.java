package dev.cloakroom.jmh;

import dev.cloakroom.Attribute;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * A lookup in sessions with few and with many attributes, of which one is read.
 *
 * <pre>{@code
 * java -jar jmh/target/benchmarks.jar GrowthByAttributes
 * }</pre>
 */
public class GrowthByAttributes extends Growth {

    private static final int SESSIONS = 1_000;

    @Param({"1", "5", "20", "50", "200"})
    int attributes;

    @Setup
    public void start() {
        measure(new Cloakroom("heap", false, "hmac", SESSIONS, (session, number) -> {
            for (int i = 1; i < attributes; i++) {
                session.put(Attribute.ofString("attribute-" + i), "value-" + i);
            }
        }));
    }
}
