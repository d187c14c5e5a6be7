package dev.cloakroom.chronicle;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Counts the sessions, and the sessions without a principal, in shared memory. Each counter has its own cache line.
 * Safe for use by several threads and processes.
 */
final class Counters {

    /** The length of the counters in bytes. */
    static final int LENGTH = 256;

    private static final int SESSIONS_AT = 0;
    private static final int ANONYMOUS_AT = 128;

    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final ByteBuffer memory;

    /** Continues the counters in a direct or mapped buffer of {@value #LENGTH} bytes. */
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

    /** Sets the counters, after a recovery. */
    void set(long sessions, long anonymous) {
        LONG.setVolatile(memory, SESSIONS_AT, sessions);
        LONG.setVolatile(memory, ANONYMOUS_AT, anonymous);
    }
}
