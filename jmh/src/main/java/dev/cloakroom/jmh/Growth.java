package dev.cloakroom.jmh;

import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.TearDown;

/** What the benchmarks have in common that show how a lookup's cost grows with something. */
public abstract class Growth extends Measured {

    private @Nullable Cloakroom cloakroom;
    private int session;

    final void measure(Cloakroom filled) {
        cloakroom = filled;
    }

    @TearDown
    public void close() {
        if (cloakroom != null) {
            cloakroom.close();
        }
    }

    @Benchmark
    public int lookup() {
        session = cloakroom == null ? 0 : cloakroom.next(session);
        return session;
    }
}
