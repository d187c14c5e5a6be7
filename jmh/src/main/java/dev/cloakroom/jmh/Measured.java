package dev.cloakroom.jmh;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How all benchmarks are measured: average time, in three JVMs with the same flags. The heap does not grow, its pages are
 * there from the start and are large where the system has large ones on request, so that no figure depends on when a
 * page was first touched, or on how many of them a processor can keep in mind. Where the system has set enough large
 * pages aside, {@code -jvmArgsPrepend -XX:+UseLargePages} takes those.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Benchmark)
@Fork(
        value = 3,
        jvmArgsPrepend = "-XX:+UseTransparentHugePages",
        jvmArgsAppend = {
            "-Xms8g",
            "-Xmx8g",
            "-XX:+AlwaysPreTouch",
            // A young collection, as it comes to everything that lives; a full one keeps what lies apart apart.
            "-XX:+ExplicitGCInvokesConcurrent",
            // Chronicle Map and Hazelcast reach into the JDK.
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
            "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
            "--add-opens=java.management/sun.management=ALL-UNNAMED",
            "--add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED",
            "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
            "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
            "--add-exports=jdk.compiler/com.sun.tools.javac.file=ALL-UNNAMED"
        })
public abstract class Measured {

    private boolean settled;

    /**
     * Collects garbage once what is measured has been set up. Sessions live long, so the collector moves them together
     * sooner or later, each one's objects next to each other. Right after they were made they still lie among the garbage
     * of their making, in many more pages, and reading them takes up to half as long again, until a collection happens
     * to come.
     */
    @Setup(Level.Iteration)
    public void settle() {
        if (!settled) {
            System.gc();
            settled = true;
        }
    }
}
