package dev.cloakroom;

import dev.cloakroom.internal.id.IdHash;
import dev.cloakroom.internal.id.IdState;
import dev.cloakroom.internal.id.SessionIds;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The head of a record's data: the properties of a session that the engine reads before it opens the attributes.
 *
 * <pre>
 *  0           1          2                 18             26                 34                42           46
 * +-----------+----------+-----------------+--------------+------------------+-----------------+------------+---
 * | u8 format | u8 flags | 16 hash of the  | i64 issued   | i64 authenticated| i64 own idle    | u32 gene-  |
 * |         1 |          | newest id       | at, ms       | at, ms           | timeout, ms, or | ration     |
 * |           |          |                 |              |                  | 0               |            |
 * +-----------+----------+-----------------+--------------+------------------+-----------------+------------+---
 *  46                 62             78                  86
 * +------------------+--------------+-------------------+------------
 * | 16 hash of the   | 16 renewal   | i64 newest id     | attributes
 * | previous id      | nonce        | presented at, ms, |
 * |                  |              | or 0              |
 * +------------------+--------------+-------------------+------------
 *  \_ only with flag PREVIOUS ________________________/
 * </pre>
 *
 * Each request reads the head, in place and without decoding it into objects. Every method but {@link #isReadable}
 * needs readable data.
 */
final class RecordHead {

    /** The relation of a presented id to a session. */
    enum Match {
        CURRENT,
        PREVIOUS,
        NONE
    }

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private static final int FORMAT = 1;
    private static final int SEALED = 1;
    private static final int HAS_PREVIOUS = 2;
    private static final int PERSISTENT = 4;
    private static final int STAND_IN = 8;

    private static final int FLAGS_AT = 1;
    private static final int CURRENT_AT = FLAGS_AT + 1;
    private static final int ISSUED_AT = CURRENT_AT + 2 * Long.BYTES;
    private static final int AUTHENTICATED_AT = ISSUED_AT + Long.BYTES;
    private static final int OWN_IDLE_AT = AUTHENTICATED_AT + Long.BYTES;
    private static final int GENERATION_AT = OWN_IDLE_AT + Long.BYTES;
    private static final int PREVIOUS_AT = GENERATION_AT + Integer.BYTES;
    private static final int NONCE_AT = PREVIOUS_AT + 2 * Long.BYTES;
    private static final int PRESENTED_AT = NONCE_AT + SessionIds.NONCE_LENGTH;
    private static final int AFTER_PREVIOUS = PRESENTED_AT + Long.BYTES;

    private RecordHead() {}

    /** Returns whether data have the layout that this class reads. */
    static boolean isReadable(byte[] data) {
        return data.length >= PREVIOUS_AT && data[0] == FORMAT && data.length >= length(data);
    }

    /** Returns the length of the head, in bytes. */
    static int length(byte[] data) {
        return hasPrevious(data) ? AFTER_PREVIOUS : PREVIOUS_AT;
    }

    /** Returns the length of the head of a state, in bytes. */
    static int length(IdState ids) {
        return ids.previous() == null ? PREVIOUS_AT : AFTER_PREVIOUS;
    }

    /**
     * Writes the head of a state.
     *
     * @param standIn whether the record's absolute deadline stands in for the idle timeout
     */
    static void write(ByteBuffer data, SessionState state, boolean sealed, boolean standIn) {
        IdState ids = state.ids();
        IdState.Previous previous = ids.previous();
        boolean persistent = state.lifetime().persistence() == Persistence.PERSISTENT;
        data.put((byte) FORMAT).put((byte) ((sealed ? SEALED : 0)
                | (previous == null ? 0 : HAS_PREVIOUS)
                | (persistent ? PERSISTENT : 0)
                | (standIn ? STAND_IN : 0)));
        put(data, ids.current());
        data.putLong(ids.issuedAt())
                .putLong(state.times().authenticatedAt())
                .putLong(state.lifetime().ownIdleTimeout())
                .putInt(ids.generation());
        if (previous != null) {
            put(data, previous.hash());
            data.put(previous.nonce()).putLong(previous.successorPresentedAt());
        }
    }

    private static void put(ByteBuffer target, IdHash hash) {
        target.putLong(hash.high()).putLong(hash.low());
    }

    /** Compares a presented id's hash with those in the head. */
    static Match match(byte[] data, long hashHigh, long hashLow) {
        if (isHashAt(data, CURRENT_AT, hashHigh, hashLow)) {
            return Match.CURRENT;
        }
        return hasPrevious(data) && isHashAt(data, PREVIOUS_AT, hashHigh, hashLow) ? Match.PREVIOUS : Match.NONE;
    }

    private static boolean isHashAt(byte[] data, int at, long high, long low) {
        return (((long) LONG.get(data, at) ^ high) | ((long) LONG.get(data, at + Long.BYTES) ^ low)) == 0;
    }

    private static boolean hasPrevious(byte[] data) {
        return (data[FLAGS_AT] & HAS_PREVIOUS) != 0;
    }

    static boolean isSealed(byte[] data) {
        return (data[FLAGS_AT] & SEALED) != 0;
    }

    static Persistence persistence(byte[] data) {
        return (data[FLAGS_AT] & PERSISTENT) == 0 ? Persistence.BROWSER_SESSION : Persistence.PERSISTENT;
    }

    /** Returns whether the record's absolute deadline stands in for the idle timeout; see {@link Lifetimes}. */
    static boolean isStandIn(byte[] data) {
        return (data[FLAGS_AT] & STAND_IN) != 0;
    }

    static long issuedAt(byte[] data) {
        return (long) LONG.get(data, ISSUED_AT);
    }

    static long authenticatedAt(byte[] data) {
        return (long) LONG.get(data, AUTHENTICATED_AT);
    }

    static long ownIdleTimeout(byte[] data) {
        return (long) LONG.get(data, OWN_IDLE_AT);
    }

    static int generation(byte[] data) {
        return (int) INT.get(data, GENERATION_AT);
    }

    /**
     * Returns the first presentation of the newest id, or {@link IdState#NOT_PRESENTED}, also if it has no predecessor.
     */
    static long successorPresentedAt(byte[] data) {
        return hasPrevious(data) ? (long) LONG.get(data, PRESENTED_AT) : IdState.NOT_PRESENTED;
    }

    /** Returns whether a periodic renewal made the newest id and it was not presented yet. */
    static boolean awaitsPresentation(byte[] data) {
        return hasPrevious(data) && (long) LONG.get(data, PRESENTED_AT) == IdState.NOT_PRESENTED;
    }

    static IdState ids(byte[] data) {
        IdState.Previous previous = hasPrevious(data)
                ? new IdState.Previous(
                        hashAt(data, PREVIOUS_AT), Arrays.copyOfRange(data, NONCE_AT, PRESENTED_AT), (long)
                                LONG.get(data, PRESENTED_AT))
                : null;
        return new IdState(hashAt(data, CURRENT_AT), issuedAt(data), generation(data), previous);
    }

    private static IdHash hashAt(byte[] data, int at) {
        return new IdHash((long) LONG.get(data, at), (long) LONG.get(data, at + Long.BYTES));
    }
}
