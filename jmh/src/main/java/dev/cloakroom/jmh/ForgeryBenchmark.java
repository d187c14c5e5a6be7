package dev.cloakroom.jmh;

import dev.cloakroom.Lookup;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What a header costs that no browser sends. None of them reaches the store.
 *
 * <pre>{@code
 * java -jar jmh/target/benchmarks.jar ForgeryBenchmark -prof gc
 * }</pre>
 */
public class ForgeryBenchmark extends Measured {

    private static final int LONG_HEADER = 8_192;

    /** genuine is there to compare with: it finds a session. */
    @Param({"genuine", "absent", "forged", "forged-4-times", "malformed", "unknown-key", "absent-8-KiB", "name-8-KiB"})
    String header = "";

    @SuppressWarnings("NullAway.Init")
    private Cloakroom cloakroom;

    private String sent = "";

    @Setup
    public void start() {
        cloakroom = new Cloakroom("heap", false, "hmac", 1_000);
        String genuine = cloakroom.header(0);
        int value = genuine.indexOf("session=") + "session=".length();
        String forged = withOther(genuine, genuine.indexOf(';', value) - 1);
        String name = genuine.substring(genuine.indexOf("__"), value);
        sent = switch (header) {
            case "genuine" -> genuine;
            case "absent" -> "theme=dark; lang=en";
            case "forged" -> forged;
            case "forged-4-times" -> String.join("; ", forged, forged, forged, forged);
            case "malformed" -> genuine.replace(name, name + "!");
            case "unknown-key" -> withOther(genuine, value + 4);
            case "absent-8-KiB" -> "a=b; ".repeat(LONG_HEADER / 5);
            case "name-8-KiB" -> name.repeat(LONG_HEADER / name.length());
            default -> throw new IllegalArgumentException(header);
        };
        if (cloakroom.engine().lookup(sent) instanceof Lookup.Found != header.equals("genuine")) {
            throw new IllegalStateException("the header does not lead where it should");
        }
    }

    private static String withOther(String text, int at) {
        return text.substring(0, at) + (text.charAt(at) == 'A' ? 'B' : 'A') + text.substring(at + 1);
    }

    @TearDown
    public void close() {
        cloakroom.close();
    }

    @Benchmark
    public Lookup lookup() {
        return cloakroom.engine().lookup(sent);
    }
}
