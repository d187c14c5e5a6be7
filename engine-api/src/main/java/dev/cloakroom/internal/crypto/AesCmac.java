package dev.cloakroom.internal.crypto;

import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-CMAC (NIST SP 800-38B, RFC 4493) on the JDK's AES, which uses the processor's AES instructions.
 *
 * <p>CMAC is CBC-MAC with the last block masked by a subkey. The message runs through a reused
 * {@code AES/CBC/NoPadding} cipher with a zero initialization vector, and the tag is the last block of ciphertext.
 * After {@code doFinal} the JDK's cipher is in its initial state, so it is not initialized again and allocates nothing.
 *
 * <p>Not thread-safe.
 */
final class AesCmac {

    static final int BLOCK = 16;

    private static final int REDUCTION = 0x87;

    private final Cipher cbc;
    private final byte[] wholeMask;
    private final byte[] partMask;
    private byte[] in = new byte[8 * BLOCK];
    private byte[] out = new byte[8 * BLOCK];

    AesCmac(byte[] key) {
        try {
            cbc = Cipher.getInstance("AES/CBC/NoPadding");
            cbc.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(new byte[BLOCK]));
            wholeMask = doubled(cbc.doFinal(new byte[BLOCK]));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the Java platform's AES cannot be used", e);
        }
        partMask = doubled(wholeMask);
    }

    /** Multiplies by x in GF(2^128): a shift to the left and, when a bit falls out, the reduction. */
    private static byte[] doubled(byte[] block) {
        byte[] result = new byte[BLOCK];
        int carry = 0;
        for (int i = BLOCK - 1; i >= 0; i--) {
            int shifted = (block[i] & 0xFF) << 1 | carry;
            result[i] = (byte) shifted;
            carry = shifted >>> 8;
        }
        // The carry is 0 or 1 and depends on the key: hence a mask and no branch.
        result[BLOCK - 1] ^= (byte) (REDUCTION & -carry);
        return result;
    }

    /** Writes the tag, 16 bytes, of a message. */
    void tag(byte[] message, int offset, int length, byte[] tag, int tagOffset) {
        int blocks = Math.max(1, (length + BLOCK - 1) / BLOCK);
        int padded = blocks * BLOCK;
        if (padded > in.length) {
            in = new byte[padded];
            out = new byte[padded];
        }
        System.arraycopy(message, offset, in, 0, length);
        byte[] mask = wholeMask;
        if (length < padded) {
            in[length] = (byte) 0x80;
            for (int i = length + 1; i < padded; i++) {
                in[i] = 0;
            }
            mask = partMask;
        }
        int last = padded - BLOCK;
        for (int i = 0; i < BLOCK; i++) {
            in[last + i] ^= mask[i];
        }
        try {
            cbc.doFinal(in, 0, padded, out, 0);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the Java platform's AES cannot be used", e);
        }
        System.arraycopy(out, last, tag, tagOffset, BLOCK);
    }
}
