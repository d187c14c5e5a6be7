package dev.cloakroom.internal;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * HMAC-SHA-256 (RFC 2104) on the JDK's SHA-256, which uses the processor's instructions. One digest is reused and fed
 * the two padded keys as blocks: that costs two compressions more than cloning digests with cached states and, unlike
 * that or {@code javax.crypto.Mac}, allocates nothing.
 */
final class HmacSha256Tagger extends MacTagger {

    private static final int BLOCK = 64;
    private static final int LENGTH = 32;

    private final MessageDigest sha256;
    private final byte[] innerKey;
    private final byte[] outerKey;
    private final byte[] innerHash = new byte[LENGTH];

    HmacSha256Tagger(byte[] key) {
        super(LENGTH);
        try {
            this.sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
        byte[] block = Arrays.copyOf(key.length > BLOCK ? sha256.digest(key) : key, BLOCK);
        this.innerKey = padded(block, 0x36);
        this.outerKey = padded(block, 0x5c);
    }

    private static byte[] padded(byte[] block, int pad) {
        byte[] padded = block.clone();
        for (int i = 0; i < padded.length; i++) {
            padded[i] ^= (byte) pad;
        }
        return padded;
    }

    @Override
    public void tag(byte[] message, int offset, int length, byte[] out, int outOffset) {
        try {
            sha256.update(innerKey);
            sha256.update(message, offset, length);
            sha256.digest(innerHash, 0, LENGTH);
            sha256.update(outerKey);
            sha256.update(innerHash);
            sha256.digest(out, outOffset, LENGTH);
        } catch (DigestException e) {
            throw new IndexOutOfBoundsException("no room for a tag of " + LENGTH + " bytes");
        }
    }
}
