package dev.cloakroom.internal.crypto;

import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.List;

/**
 * Creates sources of random bits.
 *
 * <p>The JDK's own generators {@code DRBG} and {@code SHA1PRNG} are seeded once and then compute every bit from their
 * state. Two copies of a process (a restored checkpoint, a cloned virtual machine) have the same state, so they draw
 * the same bits. The generator of the operating system is asked for bits at each draw, or up to 100 ms earlier: the JDK
 * reads ahead.
 */
public final class SystemRandom {

    /** The names of the operating system's generator: on Unix systems, and on Windows. */
    private static final List<String> SYSTEM = List.of("NativePRNGNonBlocking", "Windows-PRNG");

    private SystemRandom() {}

    /**
     * Returns the platform's preferred generator. If that is one of the JDK's own that are seeded once, returns the
     * operating system's instead, if the platform has it. A generator of another provider is the operator's choice, and
     * stays.
     */
    public static SecureRandom create() {
        return unlessSeededOnce(new SecureRandom());
    }

    static SecureRandom unlessSeededOnce(SecureRandom preferred) {
        if (!isSeededOnce(preferred)) {
            return preferred;
        }
        for (String name : SYSTEM) {
            try {
                return SecureRandom.getInstance(name);
            } catch (NoSuchAlgorithmException e) {
                // This platform has another one, or none.
            }
        }
        return preferred;
    }

    private static boolean isSeededOnce(SecureRandom random) {
        return random.getProvider().getName().equals("SUN")
                && List.of("DRBG", "SHA1PRNG").contains(random.getAlgorithm());
    }
}
