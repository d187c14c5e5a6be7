package dev.cloakroom.internal.crypto;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * HMAC-SHA-256 (RFC 2104) on the JDK's SHA-256, which uses the processor's SHA instructions. One reused digest hashes
 * the two padded keys as blocks. That costs two compressions more than cloning digests with cached states, but unlike
 * cloning, and unlike {@code javax.crypto.Mac}, it allocates nothing. A short message is hashed in one piece with the
 * padded key, so that the digest is called twice and not six times.
 */
final class HmacSha256Tagger extends MacTagger {

    private static final int BLOCK = 64;
    private static final int LENGTH = 32;
    private static final int SHORT = 64;

    private final MessageDigest sha256;

    /** The padded key, and room for a short message after it. */
    private final byte[] inner;

    /** The padded key, and room for the inner hash after it. */
    private final byte[] outer;

    HmacSha256Tagger(byte[] key) {
        super(LENGTH);
        try {
            this.sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
        byte[] block = Arrays.copyOf(key.length > BLOCK ? sha256.digest(key) : key, BLOCK);
        this.inner = padded(block, 0x36, SHORT);
        this.outer = padded(block, 0x5c, LENGTH);
    }

    private static byte[] padded(byte[] block, int pad, int room) {
        byte[] padded = Arrays.copyOf(block, BLOCK + room);
        for (int i = 0; i < BLOCK; i++) {
            padded[i] ^= (byte) pad;
        }
        return padded;
    }

    @Override
    public void tag(byte[] message, int offset, int length, byte[] out, int outOffset) {
        try {
            if (length <= SHORT) {
                System.arraycopy(message, offset, inner, BLOCK, length);
                sha256.update(inner, 0, BLOCK + length);
            } else {
                sha256.update(inner, 0, BLOCK);
                sha256.update(message, offset, length);
            }
            sha256.digest(outer, BLOCK, LENGTH);
            sha256.update(outer, 0, BLOCK + LENGTH);
            sha256.digest(out, outOffset, LENGTH);
        } catch (DigestException e) {
            throw new IndexOutOfBoundsException("no room for a tag of " + LENGTH + " bytes");
        }
    }
}
