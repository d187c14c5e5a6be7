package dev.cloakroom.internal.crypto;

import dev.cloakroom.internal.pool.Padded;
import dev.cloakroom.internal.pool.StripedPool;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Authenticated encryption with XAES-256-GCM (c2sp.org/XAES-256-GCM) on the JDK's AES.
 *
 * <p>AES-GCM breaks when a nonce repeats under a key, and its 96 bits are too few to draw at random 10^12 times. XAES
 * takes nonces of 192 bits: from the first half it derives a key by AES-CMAC in counter mode (NIST SP 800-108r1), under
 * which the second half is the nonce of plain AES-256-GCM. It was chosen before AES-GCM-SIV because the JDK's AES-GCM
 * uses the processor's instructions and Bouncy Castle's GCM-SIV does not.
 *
 * <p>Deriving a key and expanding it take as long as decrypting a session. So {@link XaesNonces} stay with one first half
 * for a while, and the ciphers of the first halves met lately are kept. Only a box that opened gets its cipher kept:
 * nobody without the key can displace one.
 *
 * <p>Safe for use by any number of threads.
 */
public final class Xaes256Gcm {

    /** How many bytes a nonce has. */
    public static final int NONCE_LENGTH = 24;

    /** How many bytes a ciphertext is longer than its plaintext. */
    public static final int TAG_LENGTH = 16;

    /** The length of a key in bytes. */
    public static final int KEY_LENGTH = 32;

    private static final int BLOCK = AesCmac.BLOCK;

    /** How many bytes of a nonce choose the key that is derived; the others are the nonce under that key. */
    static final int DERIVING_NONCE = 12;

    /** Four million messages each, see {@link XaesNonces}. */
    private static final int KEPT = 16;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private final StripedPool<Ciphers> pool;

    /**
     * Prepares a key.
     *
     * @throws IllegalArgumentException if it has not 256 bits
     */
    public Xaes256Gcm(byte[] key) {
        if (key.length != KEY_LENGTH) {
            throw new IllegalArgumentException("XAES-256-GCM needs a key of 32 bytes, not of " + key.length);
        }
        byte[] bytes = key.clone();
        this.pool = new StripedPool<>(() -> new Ciphers(bytes));
    }

    /**
     * Encrypts and authenticates.
     *
     * @param nonce {@value #NONCE_LENGTH} bytes that no other message under this key has
     * @param associated the additional data, which is authenticated and not encrypted
     * @param out gets ciphertext and tag, {@value #TAG_LENGTH} bytes more than the plaintext has, from {@code at} on
     */
    public void seal(byte[] nonce, byte[] plain, byte[] associated, byte[] out, int at) {
        Ciphers ciphers = pool.take();
        try {
            Derived derived = ciphers.derived(nonce, 0);
            derived.initialized(Cipher.ENCRYPT_MODE, nonce, 0, associated).doFinal(plain, 0, plain.length, out, at);
            ciphers.keep(derived);
        } catch (GeneralSecurityException e) {
            throw unusable(e);
        } finally {
            pool.give(ciphers);
        }
    }

    /**
     * Checks and decrypts.
     *
     * @param bytes have the nonce from {@code nonceAt} on, ciphertext and tag from {@code at} to their end
     * @param associated the additional data
     * @return the plaintext, or null if the bytes were not sealed under this key with this additional data
     */
    public byte @Nullable [] open(byte[] bytes, int nonceAt, int at, byte[] associated) {
        int length = bytes.length - at;
        if (length < TAG_LENGTH) {
            return null;
        }
        Ciphers ciphers = pool.take();
        try {
            byte[] plain = new byte[length - TAG_LENGTH];
            Derived derived = ciphers.derived(bytes, nonceAt);
            derived.initialized(Cipher.DECRYPT_MODE, bytes, nonceAt, associated).doFinal(bytes, at, length, plain, 0);
            ciphers.keep(derived);
            return plain;
        } catch (AEADBadTagException e) {
            return null;
        } catch (GeneralSecurityException e) {
            throw unusable(e);
        } finally {
            pool.give(ciphers);
        }
    }

    private static IllegalStateException unusable(GeneralSecurityException cause) {
        return new IllegalStateException("the Java platform's AES-GCM cannot be used", cause);
    }

    /** A key derived from a nonce's first half, and a cipher that has it expanded if it was the cipher's last. */
    private record Derived(long halfHigh, int halfLow, SecretKeySpec key, Cipher gcm) {

        boolean isOf(long high, int low) {
            return halfHigh == high && halfLow == low;
        }

        Cipher initialized(int mode, byte[] nonce, int nonceOffset, byte[] associated) throws GeneralSecurityException {
            gcm.init(
                    mode,
                    key,
                    new GCMParameterSpec(
                            Byte.SIZE * TAG_LENGTH,
                            nonce,
                            nonceOffset + DERIVING_NONCE,
                            NONCE_LENGTH - DERIVING_NONCE));
            gcm.updateAAD(associated);
            return gcm;
        }
    }

    /** The ciphers of one user at a time. */
    private static final class Ciphers extends Padded {

        private final AesCmac cmac;
        private final byte[] block = new byte[BLOCK];
        private final byte[] key = new byte[KEY_LENGTH];

        private final @Nullable Derived[] kept = new Derived[KEPT];
        private int oldest;

        /** For a first half that is not among the kept ones. */
        private Cipher spare = newCipher();

        @SuppressWarnings("unused") // takes room
        private final byte[] padding = new byte[Padded.BYTES];

        Ciphers(byte[] key) {
            this.cmac = new AesCmac(key);
        }

        private static Cipher newCipher() {
            try {
                return Cipher.getInstance("AES/GCM/NoPadding");
            } catch (GeneralSecurityException e) {
                throw unusable(e);
            }
        }

        Derived derived(byte[] nonce, int nonceOffset) {
            long high = (long) LONG.get(nonce, nonceOffset);
            int low = (int) INT.get(nonce, nonceOffset + Long.BYTES);
            for (Derived known : kept) {
                if (known != null && known.isOf(high, low)) {
                    return known;
                }
            }
            derive(1, nonce, nonceOffset);
            derive(2, nonce, nonceOffset);
            return new Derived(high, low, new SecretKeySpec(key, "AES"), spare);
        }

        /** Keeps what was derived for a nonce that proved genuine, in the place of what was kept first. */
        @SuppressWarnings("ReferenceEquality") // whether it took the spare cipher
        void keep(Derived derived) {
            if (derived.gcm() == spare) {
                Derived displaced = kept[oldest];
                spare = displaced == null ? newCipher() : displaced.gcm();
                kept[oldest] = derived;
                oldest = (oldest + 1) % KEPT;
            }
        }

        /** Makes one half of the derived key: CMAC of counter, label 'X', separator and the nonce's first half. */
        private void derive(int counter, byte[] nonce, int nonceOffset) {
            block[0] = 0;
            block[1] = (byte) counter;
            block[2] = 'X';
            block[3] = 0;
            System.arraycopy(nonce, nonceOffset, block, BLOCK - DERIVING_NONCE, DERIVING_NONCE);
            cmac.tag(block, 0, BLOCK, key, (counter - 1) * BLOCK);
        }
    }
}
