package dev.cloakroom.chronicle;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Counts in shared memory: how many sessions there are, and how many of them have no principal. Each count has a cache
 * line of its own. Safe for use by any number of threads and processes.
 */
final class Counters {

    /** How many bytes they need. */
    static final int LENGTH = 256;

    private static final int SESSIONS_AT = 0;
    private static final int ANONYMOUS_AT = 128;

    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final ByteBuffer memory;

    /** Counts in a direct or mapped buffer of {@value #LENGTH} bytes, going on with what is there. */
    Counters(ByteBuffer memory) {
        this.memory = memory;
    }

    long sessions() {
        return (long) LONG.getVolatile(memory, SESSIONS_AT);
    }

    long anonymous() {
        return (long) LONG.getVolatile(memory, ANONYMOUS_AT);
    }

    /** Adds to the number of sessions and returns the sum. */
    long addSessions(long delta) {
        return (long) LONG.getAndAdd(memory, SESSIONS_AT, delta) + delta;
    }

    void addAnonymous(long delta) {
        LONG.getAndAdd(memory, ANONYMOUS_AT, delta);
    }

    /** Begins anew, when what was counted cannot be relied on. */
    void set(long sessions, long anonymous) {
        LONG.setVolatile(memory, SESSIONS_AT, sessions);
        LONG.setVolatile(memory, ANONYMOUS_AT, anonymous);
    }
}
