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
 * has nonces of 192 bits. It derives a key from the first half by AES-CMAC in counter mode (NIST SP 800-108r1), and
 * uses the second half as the nonce of AES-256-GCM under that key. It was preferred to AES-GCM-SIV because the JDK's
 * AES-GCM uses the processor's instructions and Bouncy Castle's GCM-SIV does not.
 *
 * <p>Deriving and expanding a key takes as long as decrypting a session. So {@link XaesNonces} repeat a first half for
 * a while, and this class caches the ciphers of recent first halves. A cipher is cached only after a successful
 * decryption, so an attacker without the key cannot displace one.
 *
 * <p>Thread-safe.
 */
public final class Xaes256Gcm {

    /** The length of a nonce, in bytes. */
    public static final int NONCE_LENGTH = 24;

    /** The length of the tag, in bytes. */
    public static final int TAG_LENGTH = 16;

    /** The length of a key, in bytes. */
    public static final int KEY_LENGTH = 32;

    private static final int BLOCK = AesCmac.BLOCK;

    /** The length of the first half of a nonce, from which a key is derived. The rest is the nonce under that key. */
    static final int DERIVING_NONCE = 12;

    /** The number of cached ciphers. Each serves four million messages, see {@link XaesNonces}. */
    private static final int KEPT = 16;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private final StripedPool<Ciphers> pool;

    /**
     * Creates a cipher with a key.
     *
     * @throws IllegalArgumentException if the key does not have 256 bits
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
     * @param out receives ciphertext and tag from {@code at} on, {@value #TAG_LENGTH} bytes more than the plaintext
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
     * @param bytes the nonce from {@code nonceAt} on, and ciphertext and tag from {@code at} to the end
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

    /** A key derived from a nonce's first half, and a cipher, which has the key expanded if it used this key last. */
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

    /** The ciphers of one thread at a time. */
    private static final class Ciphers extends Padded {

        private final AesCmac cmac;
        private final byte[] block = new byte[BLOCK];
        private final byte[] key = new byte[KEY_LENGTH];

        private final @Nullable Derived[] kept = new Derived[KEPT];
        private int oldest;

        /** For a first half that is not cached. */
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

        /** Caches the key and cipher of a genuine nonce, in the place of the oldest entry. */
        @SuppressWarnings("ReferenceEquality") // whether it took the spare cipher
        void keep(Derived derived) {
            if (derived.gcm() == spare) {
                Derived displaced = kept[oldest];
                spare = displaced == null ? newCipher() : displaced.gcm();
                kept[oldest] = derived;
                oldest = (oldest + 1) % KEPT;
            }
        }

        /** Derives one half of the key: CMAC of counter, label 'X', separator and the nonce's first half. */
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
