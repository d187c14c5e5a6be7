package dev.cloakroom.internal.crypto;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Draws nonces for {@link Xaes256Gcm}. The first halves of {@value #MESSAGES} nonces or so are the same, so that the keys
 * derived from them can be kept; the second halves are always random.
 *
 * <p>Why that is safe. Two messages must not share both halves. Under one first half, second halves of 96 random bits
 * meet with a probability of 2^-53 (the birthday bound for 2^22 messages). First halves are 96 random bits themselves, so
 * different users' do not meet. After 10^12 messages, 2^18 first halves, it is 2^-35 under one key of the ring; NIST SP
 * 800-38D asks for 2^-32. A counter in place of the second half would do without the bound, but repeats itself in copies
 * of a machine that was saved while it ran.
 *
 * <p>Safe for use by any number of threads.
 */
public final class XaesNonces {

    private static final int MESSAGES = 1 << 22;

    private final SecureRandom random;
    private volatile Half half;

    private record Half(byte[] bytes, AtomicInteger left) {}

    /** Draws from a source of random bits. */
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
