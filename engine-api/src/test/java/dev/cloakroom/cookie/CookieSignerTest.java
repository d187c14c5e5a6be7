package dev.cloakroom.cookie;

import static dev.cloakroom.cookie.CookieFixtures.KEY_ID;
import static dev.cloakroom.cookie.CookieFixtures.NOW;
import static dev.cloakroom.cookie.CookieFixtures.decode;
import static dev.cloakroom.cookie.CookieFixtures.encode;
import static dev.cloakroom.cookie.CookieFixtures.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.cloakroom.key.KeyAlgorithm;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.key.KeySet;
import dev.cloakroom.key.SigningKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CookieSignerTest extends CookieValueContract {

    @Override
    Guard guard(KeyRing ring, InstantSource clock) {
        CookieSigner signer = CookieSigner.create(ring, clock);
        return new Guard() {
            @Override
            public String make(String name, String value) {
                return signer.sign(name, value);
            }

            @Override
            public Verified check(String name, @Nullable String text) {
                return signer.verify(name, text);
            }

            @Override
            public Verified check(String name, @Nullable String text, Duration maxAge) {
                return signer.verify(name, text, maxAge);
            }
        };
    }

    @Override
    int overhead(KeyAlgorithm algorithm) {
        return switch (algorithm) {
            case HMAC_SHA_256, BLAKE3 -> 32;
            case AES_256_CMAC -> 16;
            case ED25519 -> 64;
        };
    }

    private static CookieSigner signer(KeyAlgorithm algorithm) {
        return CookieSigner.create(KeyRing.of(key(algorithm)), InstantSource.fixed(NOW));
    }

    @ParameterizedTest
    @CsvSource({
        "HMAC_SHA_256,AT8qnAEAAGlXNaVkYXJrIOKAkyDOqZNNsu8CO3r-tT2opUkGvYjuC4dW_JQLTq6c1IQ9jDnI",
        "AES_256_CMAC,AT8qnAEAAGlXNaVkYXJrIOKAkyDOqRYTHdCRqI4AbjA8Hlgd2kM",
        "BLAKE3,AT8qnAEAAGlXNaVkYXJrIOKAkyDOqZpp7wETItOYUdsH9gJ-XZVjM0UFoLH-SH_VGrlhVNFo",
        "ED25519,AT8qnAEAAGlXNaVkYXJrIOKAkyDOqbHMZSgUXMWNW19KEAPVcYHbNXYVpmNj_VuhhyFjq5IxoXOwqe5ccu4fmrtL-JyDk_WMZqvUnIQXmX4liCSnVgo",
    })
    void sign_fixedKeyAndClock_isTheGoldenValue(KeyAlgorithm algorithm, String golden) {
        CookieSigner signer = signer(algorithm);

        assertThat(signer.sign("theme", "dark – Ω")).isEqualTo(golden);
        assertThat(signer.verify("theme", golden)).isEqualTo(new Verified.Valid("dark – Ω", KEY_ID));
    }

    @Test
    void sign_hmac_isWhatTheDocumentedFormSays() throws GeneralSecurityException {
        byte[] body = "dark".getBytes(StandardCharsets.UTF_8);
        byte[] head = ByteBuffer.allocate(HEAD)
                .put((byte) 1)
                .putInt(KEY_ID)
                .putShort((short) (NOW.getEpochSecond() >>> 32))
                .putInt((int) NOW.getEpochSecond())
                .array();
        byte[] message = ByteBuffer.allocate(HEAD + 2 + 5 + body.length)
                .put(head)
                .putShort((short) 5)
                .put("theme".getBytes(StandardCharsets.US_ASCII))
                .put(body)
                .array();
        byte[] secret = new byte[32];
        IntStream.range(0, 32).forEach(i -> secret[i] = (byte) i);
        byte[] pseudoRandomKey = hmac("cloakroom key ring".getBytes(StandardCharsets.UTF_8), secret);
        // HKDF-Expand to one block: the info, then the block's number.
        String info = "cloakroom/1\u0000\u0004shop\u0000\u001etag:hmac-sha-256:signed-cookie\u0001";
        byte[] subkey = hmac(pseudoRandomKey, info.getBytes(StandardCharsets.UTF_8));
        byte[] expected = ByteBuffer.allocate(HEAD + body.length + 32)
                .put(head)
                .put(body)
                .put(hmac(subkey, message))
                .array();

        KeyRing shop = KeyRing.of(key(KeyAlgorithm.HMAC_SHA_256)).forApplication("shop");

        assertThat(CookieSigner.create(shop, InstantSource.fixed(NOW)).sign("theme", "dark"))
                .isEqualTo(encode(expected));
    }

    private static byte[] hmac(byte[] key, byte[] message) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(message);
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void sign_value_isReadableAndAlwaysSignedTheSame(KeyAlgorithm algorithm) {
        String signed = signer(algorithm).sign("theme", "dark");

        assertThat(Arrays.copyOfRange(decode(signed), HEAD, HEAD + 4))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("dark");
        assertThat(signer(algorithm).sign("theme", "dark")).isEqualTo(signed);
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void verify_boundaryBetweenNameAndValueMoved_isForged(KeyAlgorithm algorithm) {
        CookieSigner signer = signer(algorithm);
        byte[] signed = decode(signer.sign("ab", "c"));
        byte[] moved = ByteBuffer.allocate(signed.length + 1)
                .put(signed, 0, HEAD)
                .put((byte) 'b')
                .put(signed, HEAD, signed.length - HEAD)
                .array();

        assertThat(signer.verify("a", encode(moved))).isEqualTo(invalid(Rejection.FORGED));
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void verify_sealedValue_isForged(KeyAlgorithm algorithm) {
        KeyRing ring = KeyRing.of(key(algorithm));
        String sealed =
                CookieSealer.create(ring).seal("theme", "a value of more than sixty-four bytes, so that there is room");

        assertThat(CookieSigner.create(ring).verify("theme", sealed)).isEqualTo(invalid(Rejection.FORGED));
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void verify_keyOfAnotherAlgorithmAndTheSameSecret_isNotValid(KeyAlgorithm algorithm) {
        String signed = signer(algorithm).sign("theme", "a value of more than sixty-four bytes, so that there is room");

        for (KeyAlgorithm other : KeyAlgorithm.values()) {
            assertThat(signer(other).verify("theme", signed) instanceof Verified.Valid)
                    .isEqualTo(other == algorithm);
        }
    }

    @Test
    void verify_ed25519WithThePublicKeyOnly_tellsGenuineFromForged() {
        KeySet keys = KeySet.of(List.of(key(KeyAlgorithm.ED25519)));
        String signed = CookieSigner.create(KeyRing.of(keys)).sign("theme", "dark");
        KeySet publicKeys = keys.toPublic();
        CookieSigner edge = CookieSigner.create(KeyRing.of(publicKeys));

        assertThat(publicKeys.keys()).noneMatch(SigningKey::hasSecret);
        assertThat(edge.verify("theme", signed)).isEqualTo(new Verified.Valid("dark", KEY_ID));
        assertThat(edge.verify("other", signed)).isEqualTo(invalid(Rejection.FORGED));
        assertThatIllegalStateException().isThrownBy(() -> edge.sign("theme", "dark"));
    }
}
