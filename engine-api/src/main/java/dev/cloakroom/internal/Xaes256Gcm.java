package dev.cloakroom.internal;

import dev.cloakroom.key.SecretBytes;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Authenticated encryption with XAES-256-GCM (c2sp.org/XAES-256-GCM) on the JDK's AES.
 *
 * <p>AES-GCM breaks when a nonce repeats under a key, and its 96 bits are too few to draw at random 10^12 times. XAES
 * takes nonces of 192 bits: from the first half it derives a key by AES-CMAC in counter mode (NIST SP 800-108r1), under
 * which the second half is the nonce of plain AES-256-GCM. Random nonces are safe for 2^80 messages, at the price of
 * three AES blocks more a message. It was chosen before AES-GCM-SIV because the JDK's AES-GCM uses the processor's
 * instructions and Bouncy Castle's GCM-SIV does not.
 *
 * <p>Safe for use by any number of threads.
 */
public final class Xaes256Gcm {

    /** How many bytes a nonce has. */
    public static final int NONCE_LENGTH = 24;

    /** How many bytes a ciphertext is longer than its plaintext. */
    public static final int TAG_LENGTH = 16;

    private static final int KEY_LENGTH = 32;
    private static final int BLOCK = AesCmac.BLOCK;
    private static final int DERIVING_NONCE = 12;

    private final StripedPool<Ciphers> pool;

    /**
     * Prepares a key.
     *
     * @throws IllegalArgumentException if it has not 256 bits
     */
    public Xaes256Gcm(SecretBytes key) {
        if (key.length() != KEY_LENGTH) {
            throw new IllegalArgumentException("XAES-256-GCM takes a key of 32 bytes: " + key.length());
        }
        byte[] bytes = key.toByteArray();
        this.pool = new StripedPool<>(() -> new Ciphers(bytes));
    }

    /** Encrypts and authenticates. Returns how many bytes were written: the plaintext's and the tag's. */
    public int seal(
            byte[] nonce,
            int nonceOffset,
            byte[] plain,
            int offset,
            int length,
            byte[] associated,
            int associatedOffset,
            int associatedLength,
            byte[] out,
            int outOffset) {
        Ciphers ciphers = pool.take();
        try {
            Cipher gcm = ciphers.gcm(Cipher.ENCRYPT_MODE, nonce, nonceOffset);
            gcm.updateAAD(associated, associatedOffset, associatedLength);
            return gcm.doFinal(plain, offset, length, out, outOffset);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the Java platform's AES-GCM cannot be used", e);
        } finally {
            pool.give(ciphers);
        }
    }

    /** Checks and decrypts. Returns how many bytes were written, or -1 if this was not sealed so under this key. */
    public int open(
            byte[] nonce,
            int nonceOffset,
            byte[] sealed,
            int offset,
            int length,
            byte[] associated,
            int associatedOffset,
            int associatedLength,
            byte[] out,
            int outOffset) {
        if (length < TAG_LENGTH) {
            return -1;
        }
        Ciphers ciphers = pool.take();
        try {
            Cipher gcm = ciphers.gcm(Cipher.DECRYPT_MODE, nonce, nonceOffset);
            gcm.updateAAD(associated, associatedOffset, associatedLength);
            return gcm.doFinal(sealed, offset, length, out, outOffset);
        } catch (AEADBadTagException e) {
            return -1;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the Java platform's AES-GCM cannot be used", e);
        } finally {
            pool.give(ciphers);
        }
    }

    /** The ciphers of one user at a time. */
    private static final class Ciphers {

        private final AesCmac cmac;
        private final Cipher gcm;
        private final byte[] block = new byte[BLOCK];
        private final byte[] derived = new byte[KEY_LENGTH];

        Ciphers(byte[] key) {
            this.cmac = new AesCmac(key);
            try {
                this.gcm = Cipher.getInstance("AES/GCM/NoPadding");
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("the Java platform has no AES-GCM", e);
            }
        }

        Cipher gcm(int mode, byte[] nonce, int nonceOffset) throws GeneralSecurityException {
            derive(1, nonce, nonceOffset);
            derive(2, nonce, nonceOffset);
            gcm.init(
                    mode,
                    new SecretKeySpec(derived, "AES"),
                    new GCMParameterSpec(
                            Byte.SIZE * TAG_LENGTH,
                            nonce,
                            nonceOffset + DERIVING_NONCE,
                            NONCE_LENGTH - DERIVING_NONCE));
            return gcm;
        }

        /** Makes one half of the derived key: CMAC of counter, label 'X', separator and the nonce's first half. */
        private void derive(int counter, byte[] nonce, int nonceOffset) {
            block[0] = 0;
            block[1] = (byte) counter;
            block[2] = 'X';
            block[3] = 0;
            System.arraycopy(nonce, nonceOffset, block, BLOCK - DERIVING_NONCE, DERIVING_NONCE);
            cmac.tag(block, 0, BLOCK, derived, (counter - 1) * BLOCK);
        }
    }
}
