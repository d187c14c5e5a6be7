package dev.cloakroom.key;

import java.security.MessageDigest;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that must not be seen: copied in, copied out, compared in constant time, never printed.
 *
 * <p>Immutable.
 */
public final class SecretBytes {

    private final byte[] bytes;

    private SecretBytes(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Returns a copy of bytes. */
    public static SecretBytes copyOf(byte[] bytes) {
        return new SecretBytes(bytes.clone());
    }

    /** Returns random bytes. */
    public static SecretBytes random(int length, SecureRandom random) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return new SecretBytes(bytes);
    }

    /** Returns a copy of the bytes. */
    public byte[] toByteArray() {
        return bytes.clone();
    }

    /** Returns how many bytes there are. */
    public int length() {
        return bytes.length;
    }

    /** Compares in a time that depends on the lengths alone. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SecretBytes that && MessageDigest.isEqual(bytes, that.bytes);
    }

    /** Returns the length, so that nothing can be learned from it. */
    @Override
    public int hashCode() {
        return bytes.length;
    }

    /** Tells the length alone. */
    @Override
    public String toString() {
        return "SecretBytes[" + bytes.length + " bytes]";
    }
}
