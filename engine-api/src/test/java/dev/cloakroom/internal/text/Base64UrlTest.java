package dev.cloakroom.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Base64;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class Base64UrlTest {

    private static int decode(String text, byte[] out) {
        return Base64Url.decode(text, 0, text.length(), new char[300], out);
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Property
    void decode_whatTheJdkEncoded_theSameBytes(@ForAll @Size(max = 200) byte[] bytes) {
        byte[] out = new byte[200];

        int length =
                Base64Url.decode("<" + encode(bytes) + ">", 1, 1 + encode(bytes).length(), new char[300], out);

        assertThat(length).isEqualTo(bytes.length);
        assertThat(Arrays.copyOf(out, length)).isEqualTo(bytes);
    }

    @Test
    void decode_eachCharacterAtEachPlace_acceptedExactlyIfItIsCanonical() {
        byte[] out = new byte[16];
        for (String genuine : new String[] {"AAAA", "AAA", "AA", "AAAAAAAA", "AAAAAAA", "AAAAAA"}) {
            for (int at = 0; at < genuine.length(); at++) {
                for (char c = 0; c < 0x280; c++) {
                    String text = genuine.substring(0, at) + c + genuine.substring(at + 1);
                    int length = decode(text, out);
                    assertThat(length >= 0).as(text).isEqualTo(isCanonical(text));
                }
            }
        }
    }

    private static boolean isCanonical(String text) {
        try {
            return encode(Base64.getUrlDecoder().decode(text)).equals(text);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    @Test
    void decode_noLengthOfAnyBytesOrTooLong_refused() {
        assertThat(decode("A", new byte[4])).isNegative();
        assertThat(decode("AAAAA", new byte[4])).isNegative();
        assertThat(decode("AAAAAAAA", new byte[5])).isNegative();
        assertThat(decode("AAAAAAAA", new byte[6])).isEqualTo(6);
        assertThat(Base64Url.decode("AAAAAAAA", 0, 8, new char[7], new byte[6])).isNegative();
        assertThat(decode("", new byte[0])).isZero();
    }
}
