package dev.cloakroom;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Collects the bytes of one encoded value. A value whose length is reserved first needs one array only. Not
 * thread-safe.
 */
final class ValueWriter {

    private static final VarHandle I32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle I64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final byte[] NOTHING = {};

    private byte[] bytes = NOTHING;
    private int length;

    /** Makes room. The first call allocates exactly that room, a later one doubles the room. */
    void reserve(int more) {
        int needed = Math.addExact(length, more);
        if (needed > bytes.length) {
            int doubled = (int) Math.min(2L * bytes.length, Integer.MAX_VALUE - 8);
            bytes = Arrays.copyOf(bytes, Math.max(needed, doubled));
        }
    }

    void putByte(int value) {
        reserve(1);
        bytes[length++] = (byte) value;
    }

    void putInt(int value) {
        reserve(Integer.BYTES);
        I32.set(bytes, length, value);
        length += Integer.BYTES;
    }

    void putLong(long value) {
        reserve(Long.BYTES);
        I64.set(bytes, length, value);
        length += Long.BYTES;
    }

    void putBytes(byte[] value) {
        reserve(value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
    }

    /** Adds a text whose {@link #utf8Length} is known. */
    @SuppressWarnings("deprecation") // String.getBytes drops the high bytes, of which ASCII has none.
    void putUtf8(String text, int utf8Length) {
        reserve(utf8Length);
        if (utf8Length == text.length()) {
            text.getBytes(0, utf8Length, bytes, length);
            length += utf8Length;
            return;
        }
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            if (unit < 0x80) {
                putByte(unit);
            } else if (unit < 0x800) {
                putByte(0xC0 | (unit >> 6));
                putByte(0x80 | (unit & 0x3F));
            } else if (Character.isHighSurrogate(unit)) {
                i++;
                int codePoint = Character.toCodePoint(unit, text.charAt(i));
                putByte(0xF0 | (codePoint >> 18));
                putByte(0x80 | ((codePoint >> 12) & 0x3F));
                putByte(0x80 | ((codePoint >> 6) & 0x3F));
                putByte(0x80 | (codePoint & 0x3F));
            } else {
                putByte(0xE0 | (unit >> 12));
                putByte(0x80 | ((unit >> 6) & 0x3F));
                putByte(0x80 | (unit & 0x3F));
            }
        }
    }

    /**
     * Returns the length of a text in UTF-8, in bytes.
     *
     * @throws IllegalArgumentException if the text has half a surrogate pair
     */
    static int utf8Length(String text) {
        int units = text.length();
        long length = units;
        for (int i = 0; i < units; i++) {
            char unit = text.charAt(i);
            if (unit >= 0x80) {
                if (unit < 0x800) {
                    length++;
                } else {
                    length += 2;
                    if (Character.isSurrogate(unit)) {
                        i++;
                        if (i == units || !Character.isSurrogatePair(unit, text.charAt(i))) {
                            throw new IllegalArgumentException(
                                    "a string has half a surrogate pair, which UTF-8 cannot express");
                        }
                    }
                }
            }
        }
        return Math.toIntExact(length);
    }

    /**
     * Reserves four bytes for the length of the following bytes, up to {@link #endCounted}. Returns the position after.
     */
    int beginCounted() {
        putInt(0);
        return length;
    }

    void endCounted(int begin) {
        I32.set(bytes, begin - Integer.BYTES, length - begin);
    }

    /** Returns the bytes. The writer must not be used again. */
    byte[] toBytes() {
        return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    }
}
