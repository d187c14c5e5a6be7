package dev.cloakroom.store;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Encodes a {@link SessionRecord} for stores that keep bytes. The key is not part of the bytes, because the store has
 * it.
 *
 * <pre>
 *  0           1          2           10          18            26             34                  42              58
 * +-----------+----------+-----------+-----------+-------------+--------------+-------------------+--------------+------
 * | u8 format | u8 flags | i64       | i64       | i64 last    | i64 idle     | i64 absolute      | 2 x i64      | data
 * |         1 |          | version   | created   | access      | timeout      | deadline          | principal    |
 * +-----------+----------+-----------+-----------+-------------+--------------+-------------------+--------------+------
 *                                                                                                  \_ only with _/
 *                                                                                                    flag PRINCIPAL
 * </pre>
 *
 * Integers are big-endian.
 */
public final class RecordFormat {

    /** The offset of the version, 8 bytes. */
    static final int VERSION_AT = 2;

    /** The offset of the last access, 8 bytes. */
    static final int LAST_ACCESS_AT = VERSION_AT + 2 * Long.BYTES;

    /** The length of a record without a principal and without data. */
    private static final int MINIMUM_LENGTH = VERSION_AT + 5 * Long.BYTES;

    private static final int FORMAT = 1;
    private static final int PRINCIPAL = 1;
    private static final int PRINCIPAL_LENGTH = 2 * Long.BYTES;

    private RecordFormat() {}

    /** Returns the length of an encoded record, in bytes. */
    public static int length(SessionRecord record) {
        return MINIMUM_LENGTH + (record.principal() == null ? 0 : PRINCIPAL_LENGTH) + record.data().length;
    }

    /** Encodes a record. */
    public static byte[] encode(SessionRecord record) {
        ByteBuffer target = ByteBuffer.allocate(length(record));
        PrincipalKey principal = record.principal();
        target.put((byte) FORMAT)
                .put((byte) (principal == null ? 0 : PRINCIPAL))
                .putLong(record.version())
                .putLong(record.createdAt())
                .putLong(record.lastAccess())
                .putLong(record.idleTimeout())
                .putLong(record.absoluteDeadline());
        if (principal != null) {
            target.putLong(principal.high()).putLong(principal.low());
        }
        return target.put(record.data()).array();
    }

    /**
     * Decodes a record.
     *
     * @throws IllegalArgumentException if the bytes are not a record of a known format
     */
    public static SessionRecord decode(SessionKey key, byte[] bytes) {
        if (bytes.length < MINIMUM_LENGTH || bytes[0] != FORMAT || (bytes[1] & ~PRINCIPAL) != 0) {
            throw notARecord();
        }
        ByteBuffer source = ByteBuffer.wrap(bytes, VERSION_AT, bytes.length - VERSION_AT);
        long version = source.getLong();
        long createdAt = source.getLong();
        long lastAccess = source.getLong();
        long idleTimeout = source.getLong();
        long absoluteDeadline = source.getLong();
        PrincipalKey principal = principal(source, bytes[1]);
        byte[] data = new byte[source.remaining()];
        source.get(data);
        return new SessionRecord(key, version, createdAt, lastAccess, idleTimeout, absoluteDeadline, principal, data);
    }

    private static @Nullable PrincipalKey principal(ByteBuffer source, byte flags) {
        if ((flags & PRINCIPAL) == 0) {
            return null;
        }
        if (source.remaining() < PRINCIPAL_LENGTH) {
            throw notARecord();
        }
        return new PrincipalKey(source.getLong(), source.getLong());
    }

    private static IllegalArgumentException notARecord() {
        return new IllegalArgumentException(
                "the bytes are not a session record of a known format: they are damaged or from another version");
    }
}
