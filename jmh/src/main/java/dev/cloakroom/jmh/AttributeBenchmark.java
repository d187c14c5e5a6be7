package dev.cloakroom.jmh;

import dev.cloakroom.Attribute;
import dev.cloakroom.Lookup;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What reading each attribute adds to a lookup; none reads nothing, missing asks for one that is not there.
 *
 * <pre>{@code
 * java -jar jmh/target/benchmarks.jar AttributeBenchmark -prof gc
 * }</pre>
 */
public class AttributeBenchmark extends Measured {

    private static final Attribute<String> MISSING = Attribute.ofString("missing");

    @Param({"none", "missing", "next", "user_id", "roles", "access_token"})
    String attribute = "";

    @SuppressWarnings("NullAway.Init")
    private Cloakroom cloakroom;

    private @Nullable Attribute<?> read;

    @Setup
    public void start() {
        cloakroom = new Cloakroom("heap", false, "cmac", 1_000);
        read = switch (attribute) {
            case "none" -> null;
            case "missing" -> MISSING;
            case "next" -> Workload.NEXT;
            case "user_id" -> Workload.USER_ID;
            case "roles" -> Workload.ROLES;
            case "access_token" -> Workload.ACCESS_TOKEN;
            default -> throw new IllegalArgumentException(attribute);
        };
    }

    @TearDown
    public void close() {
        cloakroom.close();
    }

    @Benchmark
    public @Nullable Object get() {
        Lookup lookup = cloakroom.engine().lookup(cloakroom.header(0));
        return read != null && lookup instanceof Lookup.Found found
                ? found.session().get(read)
                : lookup;
    }
}
