package dev.cloakroom.key;

import java.security.MessageDigest;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * Secret bytes, which are copied in and out, compared in constant time, and never printed. Immutable and thread-safe.
 */
public final class SecretBytes {

    private final byte[] bytes;

    private SecretBytes(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Returns a secret with a copy of the bytes. */
    public static SecretBytes copyOf(byte[] bytes) {
        return new SecretBytes(bytes.clone());
    }

    /** Returns a secret of random bytes. */
    public static SecretBytes random(int length, SecureRandom random) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return new SecretBytes(bytes);
    }

    /** Returns a copy of the bytes. */
    public byte[] toByteArray() {
        return bytes.clone();
    }

    /** Returns the number of bytes. */
    public int length() {
        return bytes.length;
    }

    /** Compares the bytes in a time that depends on the lengths only. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SecretBytes that && MessageDigest.isEqual(bytes, that.bytes);
    }

    /** Returns the length, which reveals nothing about the bytes. */
    @Override
    public int hashCode() {
        return bytes.length;
    }

    /** Returns the length, without the bytes. */
    @Override
    public String toString() {
        return "SecretBytes[" + bytes.length + " bytes]";
    }
}
