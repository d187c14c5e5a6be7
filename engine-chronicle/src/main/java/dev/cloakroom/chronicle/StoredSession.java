package dev.cloakroom.chronicle;

import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.RandomDataInput;
import net.openhft.chronicle.hash.Data;
import org.jspecify.annotations.Nullable;

/**
 * The encoding of a session record in the map, and its carrier for one call.
 *
 * <pre>
 *  0             8            12          13         14     16        24        32         40          48
 *  72
 * +-------------+------------+-----------+----------+------+---------+---------+----------+-----------+--------------+------
 * | i64 last    | u32 check- | u8 format | u8 flags | zero | i64     | i64     | i64 idle | i64 abs.  | 2 x i64      | data
 * |     access  |     sum    |         1 |          |      | version | created | timeout  | deadline  | principal,   |
 * |             |            |           |          |      |         |         |          |           | i64 order    |
 * +-------------+------------+-----------+----------+------+---------+---------+----------+-----------+--------------+------
 *                                                                                                      \_ only with _/
 *                                                                                                        flag PRINCIPAL
 * </pre>
 *
 * Integers are little-endian, as in Chronicle Map on every supported processor. The checksum is the CRC-32C of the
 * bytes that follow it, mixed with the key: a value under a wrong key is detected like a torn one. It does not cover
 * the last access, because a touch is one store of eight bytes, which is atomic when the process is killed. The order
 * is the session's place among the sessions of its principal.
 *
 * <p>An instance serves one call. With a key, a read decodes the record into it, under the map's lock and with one
 * copy. Without a key it carries the bytes.
 */
final class StoredSession {

    static final int LAST_ACCESS_AT = 0;
    static final int HEAD_LENGTH = 48;

    private static final int CHECKSUM_AT = 8;
    private static final int FORMAT_AT = 12;
    private static final int FLAGS_AT = 13;
    private static final int VERSION_AT = 16;
    private static final int CREATED_AT = 24;
    private static final int IDLE_TIMEOUT_AT = 32;
    private static final int ABSOLUTE_DEADLINE_AT = 40;
    private static final int PRINCIPAL_AT = HEAD_LENGTH;
    private static final int ORDER_AT = PRINCIPAL_AT + 2 * Long.BYTES;
    private static final int PRINCIPAL_LENGTH = 3 * Long.BYTES;

    /** The minimum length of a record with a principal, in bytes. */
    static final int LENGTH_WITH_PRINCIPAL = HEAD_LENGTH + PRINCIPAL_LENGTH;

    private static final byte FORMAT = 1;
    private static final byte PRINCIPAL = 1;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final @Nullable SessionKey key;
    private @Nullable SessionRecord read;
    private byte @Nullable [] bytes;

    private StoredSession(@Nullable SessionKey key, byte @Nullable [] bytes) {
        this.key = key;
        this.bytes = bytes;
    }

    /** Returns an instance for reading the record of a session. */
    static StoredSession reading(SessionKey key) {
        return new StoredSession(key, null);
    }

    /** Returns an instance that carries bytes. */
    static StoredSession of(byte[] bytes) {
        return new StoredSession(null, bytes);
    }

    /** Encodes a record. {@link #finish} must complete the bytes. */
    static byte[] encode(SessionRecord record) {
        PrincipalKey principal = record.principal();
        int head = HEAD_LENGTH + (principal == null ? 0 : PRINCIPAL_LENGTH);
        byte[] bytes = new byte[head + record.data().length];
        LONG.set(bytes, LAST_ACCESS_AT, record.lastAccess());
        bytes[FORMAT_AT] = FORMAT;
        LONG.set(bytes, VERSION_AT, record.version());
        LONG.set(bytes, CREATED_AT, record.createdAt());
        LONG.set(bytes, IDLE_TIMEOUT_AT, record.idleTimeout());
        LONG.set(bytes, ABSOLUTE_DEADLINE_AT, record.absoluteDeadline());
        if (principal != null) {
            bytes[FLAGS_AT] = PRINCIPAL;
            LONG.set(bytes, PRINCIPAL_AT, principal.high());
            LONG.set(bytes, PRINCIPAL_AT + Long.BYTES, principal.low());
        }
        System.arraycopy(record.data(), 0, bytes, head, record.data().length);
        return bytes;
    }

    /** Completes an encoded record with the order, if it has a principal, and with the checksum. */
    static void finish(byte[] bytes, SessionKey key, long order) {
        if (bytes[FLAGS_AT] == PRINCIPAL) {
            LONG.set(bytes, ORDER_AT, order);
        }
        INT.set(bytes, CHECKSUM_AT, checksum(bytes, bytes.length, key));
    }

    /** Moves the last access of an encoded record forward. Ignores an earlier instant. */
    static void touch(byte[] bytes, long instant) {
        LONG.set(bytes, LAST_ACCESS_AT, Math.max(instant, lastAccess(bytes)));
    }

    /** Returns whether bytes are an intact record of a session. */
    static boolean isWhole(byte[] bytes, SessionKey key) {
        return isWhole(bytes, bytes.length, key);
    }

    /** Returns whether the first bytes of an array are an intact record of a session. */
    static boolean isWhole(byte[] bytes, int length, SessionKey key) {
        return length >= HEAD_LENGTH
                && bytes[FORMAT_AT] == FORMAT
                && (bytes[FLAGS_AT] & ~PRINCIPAL) == 0
                && length >= HEAD_LENGTH + (bytes[FLAGS_AT] == PRINCIPAL ? PRINCIPAL_LENGTH : 0)
                && (int) INT.get(bytes, CHECKSUM_AT) == checksum(bytes, length, key);
    }

    static long version(byte[] bytes) {
        return (long) LONG.get(bytes, VERSION_AT);
    }

    static long lastAccess(byte[] bytes) {
        return (long) LONG.get(bytes, LAST_ACCESS_AT);
    }

    static @Nullable PrincipalKey principal(byte[] bytes) {
        return bytes[FLAGS_AT] == PRINCIPAL
                ? new PrincipalKey(
                        (long) LONG.get(bytes, PRINCIPAL_AT), (long) LONG.get(bytes, PRINCIPAL_AT + Long.BYTES))
                : null;
    }

    static long order(byte[] bytes) {
        return (long) LONG.get(bytes, ORDER_AT);
    }

    // The same for a value in the map. The caller holds the entry's lock.

    static long version(Data<StoredSession> value) {
        return value.bytes().readLong(value.offset() + VERSION_AT);
    }

    static long createdAt(Data<StoredSession> value) {
        return value.bytes().readLong(value.offset() + CREATED_AT);
    }

    static long lastAccess(Data<StoredSession> value) {
        return value.bytes().readLong(value.offset() + LAST_ACCESS_AT);
    }

    static boolean isExpired(Data<StoredSession> value, long now) {
        RandomDataInput bytes = value.bytes();
        long at = value.offset();
        long lastAccess = bytes.readLong(at + LAST_ACCESS_AT);
        long idleDeadline = lastAccess + bytes.readLong(at + IDLE_TIMEOUT_AT);
        return now >= bytes.readLong(at + ABSOLUTE_DEADLINE_AT) || (idleDeadline >= lastAccess && now >= idleDeadline);
    }

    static @Nullable PrincipalKey principal(Data<StoredSession> value) {
        return principal(value.bytes(), value.offset());
    }

    static long order(Data<StoredSession> value) {
        return value.bytes().readLong(value.offset() + ORDER_AT);
    }

    private static @Nullable PrincipalKey principal(RandomDataInput bytes, long at) {
        return bytes.readByte(at + FLAGS_AT) == PRINCIPAL
                ? new PrincipalKey(bytes.readLong(at + PRINCIPAL_AT), bytes.readLong(at + PRINCIPAL_AT + Long.BYTES))
                : null;
    }

    private static int checksum(byte[] bytes, int length, SessionKey key) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, FORMAT_AT, length - FORMAT_AT);
        long mixed = key.high() * 31 + key.low();
        return (int) crc.getValue() ^ (int) (mixed ^ mixed >>> 32);
    }

    /** Returns the record that was read. */
    SessionRecord record() {
        if (read == null) {
            throw new IllegalStateException("nothing was read");
        }
        return read;
    }

    /** Returns the carried bytes. */
    byte[] bytes() {
        if (bytes == null) {
            throw new IllegalStateException("it carries no bytes");
        }
        return bytes;
    }

    /** Reads a value from the current read position. */
    void readFrom(Bytes<?> in, int length) {
        if (key == null) {
            bytes = new byte[length];
            in.read(bytes);
        } else {
            read = decode(key, in, length);
        }
    }

    private static SessionRecord decode(SessionKey key, Bytes<?> in, int length) {
        long at = in.readPosition();
        if (length < HEAD_LENGTH || in.readByte(at + FORMAT_AT) != FORMAT) {
            throw new IllegalStateException("a record of an unknown format");
        }
        PrincipalKey principal = principal(in, at);
        int head = HEAD_LENGTH + (principal == null ? 0 : PRINCIPAL_LENGTH);
        byte[] data = new byte[length - head];
        in.readPosition(at + head);
        in.read(data);
        return new SessionRecord(
                key,
                in.readLong(at + VERSION_AT),
                in.readLong(at + CREATED_AT),
                in.readLong(at + LAST_ACCESS_AT),
                in.readLong(at + IDLE_TIMEOUT_AT),
                in.readLong(at + ABSOLUTE_DEADLINE_AT),
                principal,
                data);
    }
}
