package dev.cloakroom.internal.crypto;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Draws nonces for {@link Xaes256Gcm}. About {@value #MESSAGES} nonces have the same first half, so that the keys
 * derived from first halves can be cached. Second halves are always random.
 *
 * <p>Why this is safe. Two messages must not share both halves. Under one first half, two of 2^22 random second halves
 * of 96 bits are equal with a probability of 2^-53 (birthday bound). First halves are 96 random bits, so those of
 * different nodes differ. After 10^12 messages, with 2^18 first halves, the probability is 2^-35 under one key of the
 * ring; NIST SP 800-38D asks for 2^-32. A counter as second half would have no such bound, but copies of a running
 * machine would repeat it.
 *
 * <p>Thread-safe.
 */
public final class XaesNonces {

    private static final int MESSAGES = 1 << 22;

    private final SecureRandom random;
    private volatile Half half;

    private record Half(byte[] bytes, AtomicInteger left) {}

    /** Creates a source of nonces from a source of random bits. */
    public XaesNonces(SecureRandom random) {
        this.random = random;
        this.half = new Half(new byte[Xaes256Gcm.DERIVING_NONCE], new AtomicInteger());
    }

    /** Returns a new nonce. */
    public byte[] next() {
        byte[] nonce = new byte[Xaes256Gcm.NONCE_LENGTH];
        random.nextBytes(nonce);
        Half current = half;
        if (current.left().decrementAndGet() < 0) {
            current = renewed(current, nonce);
        }
        System.arraycopy(current.bytes(), 0, nonce, 0, Xaes256Gcm.DERIVING_NONCE);
        return nonce;
    }

    @SuppressWarnings("ReferenceEquality") // whether another thread was first
    private synchronized Half renewed(Half spent, byte[] nonce) {
        if (half == spent) {
            half = new Half(Arrays.copyOf(nonce, Xaes256Gcm.DERIVING_NONCE), new AtomicInteger(MESSAGES - 1));
        }
        return half;
    }
}
