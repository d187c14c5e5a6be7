package dev.cloakroom.internal.text;

import java.util.Arrays;

/**
 * Decodes base64url without padding (RFC 4648, section 5) from a part of a string, strictly: every byte sequence has
 * one text, and any other text is refused. The JDK's decoder needs a copy of the characters, and accepts several texts
 * for one value.
 */
public final class Base64Url {

    /** The values of characters, indexed by their lower eight bits. */
    private static final byte[] VALUES = values();

    private Base64Url() {}

    /**
     * Decodes the characters between two positions into an array, from its start.
     *
     * @param scratch a buffer, which is overwritten
     * @return the number of bytes, or -1 if the characters are not base64url or one of the arrays is too short
     */
    public static int decode(String text, int from, int to, char[] scratch, byte[] out) {
        int characters = to - from;
        int tail = characters & 3;
        int length = (characters >>> 2) * 3 + (tail == 0 ? 0 : tail - 1);
        if (tail == 1 || length > out.length || characters > scratch.length) {
            return -1;
        }
        text.getChars(from, to, scratch, 0);
        // A foreign character leaves a mark in one of these, so the loop need not test each character.
        int invalid = 0;
        int seen = 0;
        int at = 0;
        int position = 0;
        for (int end = characters - tail; position < end; position += 4) {
            char a = scratch[position];
            char b = scratch[position + 1];
            char c = scratch[position + 2];
            char d = scratch[position + 3];
            int bits = value(a) << 18 | value(b) << 12 | value(c) << 6 | value(d);
            seen |= a | b | c | d;
            invalid |= bits;
            out[at] = (byte) (bits >> 16);
            out[at + 1] = (byte) (bits >> 8);
            out[at + 2] = (byte) bits;
            at += 3;
        }
        if (tail == 2) {
            char a = scratch[position];
            char b = scratch[position + 1];
            int bits = value(a) << 6 | value(b);
            seen |= a | b;
            invalid |= bits | -(bits & 0x0F);
            out[at] = (byte) (bits >> 4);
        } else if (tail == 3) {
            char a = scratch[position];
            char b = scratch[position + 1];
            char c = scratch[position + 2];
            int bits = value(a) << 12 | value(b) << 6 | value(c);
            seen |= a | b | c;
            invalid |= bits | -(bits & 0x03);
            out[at] = (byte) (bits >> 10);
            out[at + 1] = (byte) (bits >> 2);
        }
        return invalid < 0 || seen > 0xFF ? -1 : length;
    }

    private static int value(char c) {
        return VALUES[c & 0xFF];
    }

    private static byte[] values() {
        byte[] values = new byte[256];
        Arrays.fill(values, (byte) -1);
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        for (int i = 0; i < alphabet.length(); i++) {
            values[alphabet.charAt(i)] = (byte) i;
        }
        return values;
    }
}
