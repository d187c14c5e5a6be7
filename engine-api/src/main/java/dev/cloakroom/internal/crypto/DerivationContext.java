package dev.cloakroom.internal.crypto;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Encodes the application and the purpose of a derived key or a signature:
 *
 * <pre>
 * +---------------+------------+-------------+------------+---------+
 * | "cloakroom/1" | u16 length | application | u16 length | purpose |
 * +---------------+------------+-------------+------------+---------+
 * </pre>
 *
 * The lengths, in bytes, separate application and purpose: no two pairs have the same bytes, and no pair's bytes are a
 * prefix of another's.
 */
public final class DerivationContext {

    private static final byte[] VERSION = "cloakroom/1".getBytes(StandardCharsets.US_ASCII);

    private DerivationContext() {}

    /**
     * Returns the bytes of an application and a purpose.
     *
     * @param application the application's name, empty if it has none
     */
    public static byte[] of(String application, String purpose) {
        byte[] first = application.getBytes(StandardCharsets.UTF_8);
        byte[] second = purpose.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(VERSION.length + 2 * Short.BYTES + first.length + second.length)
                .put(VERSION)
                .putShort(length(first))
                .put(first)
                .putShort(length(second))
                .put(second)
                .array();
    }

    private static short length(byte[] text) {
        if (text.length > 0xFFFF) {
            throw new IllegalArgumentException("a name has " + text.length + " bytes, more than 65535");
        }
        return (short) text.length;
    }
}
