package dev.cloakroom;

import java.util.Arrays;

/**
 * Decodes base64url without padding (RFC 4648, section 5) straight from a part of a string, strictly: every byte
 * sequence has one text, and any other text is refused. The JDK's decoder would need a copy of the characters and
 * accepts several texts for one value.
 */
final class Base64Url {

    private static final byte[] VALUES = values();

    private Base64Url() {}

    /**
     * Decodes the characters between two positions into an array, from its start.
     *
     * @return how many bytes there are, or -1 if the characters are not base64url or the array is too short
     */
    static int decode(String text, int from, int to, byte[] out) {
        int characters = to - from;
        int tail = characters & 3;
        int length = (characters >>> 2) * 3 + (tail == 0 ? 0 : tail - 1);
        if (tail == 1 || length > out.length) {
            return -1;
        }
        // A foreign character makes this negative, once and for all: the loop need not look at each.
        int invalid = 0;
        int at = 0;
        int position = from;
        for (int end = to - tail; position < end; position += 4) {
            int bits = value(text.charAt(position)) << 18
                    | value(text.charAt(position + 1)) << 12
                    | value(text.charAt(position + 2)) << 6
                    | value(text.charAt(position + 3));
            invalid |= bits;
            out[at++] = (byte) (bits >> 16);
            out[at++] = (byte) (bits >> 8);
            out[at++] = (byte) bits;
        }
        if (tail == 2) {
            int bits = value(text.charAt(position)) << 6 | value(text.charAt(position + 1));
            invalid |= bits | -(bits & 0x0F);
            out[at] = (byte) (bits >> 4);
        } else if (tail == 3) {
            int bits = value(text.charAt(position)) << 12
                    | value(text.charAt(position + 1)) << 6
                    | value(text.charAt(position + 2));
            invalid |= bits | -(bits & 0x03);
            out[at] = (byte) (bits >> 10);
            out[at + 1] = (byte) (bits >> 2);
        }
        return invalid < 0 ? -1 : length;
    }

    private static int value(char c) {
        return c < VALUES.length ? VALUES[c] : -1;
    }

    private static byte[] values() {
        byte[] values = new byte[128];
        Arrays.fill(values, (byte) -1);
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        for (int i = 0; i < alphabet.length(); i++) {
            values[alphabet.charAt(i)] = (byte) i;
        }
        return values;
    }
}
