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
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.runner.IterationType;

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

    /** How many young collections an object outlives at most before it is among the old ones. */
    private static final int AGES = 16;

    private boolean made;
    private boolean settled;

    /**
     * Has what lives long lie as it does in a server that has run for minutes. Sessions that were just made lie among the
     * garbage of their making, in many more pages, and reading them takes up to half as long again, until a collection
     * moves each one's objects next to each other: so one is made before anything is run. And what each thread keeps for
     * itself, as Chronicle does a lot, is moved by every young collection until it is among the old objects, and with
     * two threads the time of a lookup goes up or down by half with that: so as many collections are made between
     * warm-up and measurement as that takes.
     */
    @Setup(Level.Iteration)
    public void settle(IterationParams iteration) {
        if (!made) {
            System.gc();
            made = true;
        }
        if (!settled && iteration.getType() == IterationType.MEASUREMENT) {
            for (int age = 0; age < AGES; age++) {
                System.gc();
            }
            settled = true;
        }
    }
}
