package dev.cloakroom.internal.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Compares byte sequences in a time that does not depend on where they differ. It reads every byte, eight at a time,
 * and branches once at the end. {@code MessageDigest.isEqual} does the same for whole arrays, but would need copies
 * here.
 */
public final class ConstantTime {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private ConstantTime() {}

    /** Returns whether {@code length} bytes of two arrays are equal. */
    public static boolean equal(byte[] a, int aOffset, byte[] b, int bOffset, int length) {
        long difference = 0;
        int i = 0;
        for (; i <= length - Long.BYTES; i += Long.BYTES) {
            difference |= (long) LONG.get(a, aOffset + i) ^ (long) LONG.get(b, bOffset + i);
        }
        for (; i < length; i++) {
            difference |= a[aOffset + i] ^ b[bOffset + i];
        }
        return difference == 0;
    }
}
