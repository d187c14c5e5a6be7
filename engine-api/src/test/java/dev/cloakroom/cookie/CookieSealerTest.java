package dev.cloakroom.cookie;

import static dev.cloakroom.cookie.CookieFixtures.KEY_ID;
import static dev.cloakroom.cookie.CookieFixtures.NOW;
import static dev.cloakroom.cookie.CookieFixtures.decode;
import static dev.cloakroom.cookie.CookieFixtures.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.cloakroom.key.KeyAlgorithm;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.key.KeySet;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CookieSealerTest extends CookieValueContract {

    private static final int NONCE = 24;
    private static final int TAG = 16;

    /** Made by another implementation of XAES-256-GCM, HKDF and the documented form, not by the one under test. */
    private static final String GOLDEN =
            "AT8qnAEAAGlXNaUAAQIDBAUGBwgJCgsMDQ4PEBESExQVFheLkt1ZVxdgRxYLAxr_ldVzSAYQB7KNWlLknug";

    @Override
    Guard guard(KeyRing ring, InstantSource clock) {
        CookieSealer sealer = CookieSealer.create(ring, clock, new SecureRandom());
        return new Guard() {
            @Override
            public String make(String name, String value) {
                return sealer.seal(name, value);
            }

            @Override
            public Verified check(String name, @Nullable String text) {
                return sealer.open(name, text);
            }

            @Override
            public Verified check(String name, @Nullable String text, Duration maxAge) {
                return sealer.open(name, text, maxAge);
            }
        };
    }

    @Override
    int overhead(KeyAlgorithm algorithm) {
        return NONCE + TAG;
    }

    private static CookieSealer sealer(KeyAlgorithm algorithm, SecureRandom random) {
        return CookieSealer.create(KeyRing.of(key(algorithm)), InstantSource.fixed(NOW), random);
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void seal_fixedKeyClockAndNonce_isTheGoldenValue(KeyAlgorithm algorithm) {
        CookieSealer sealer = sealer(algorithm, new CookieFixtures.CountingRandom());

        assertThat(sealer.seal("theme", "dark – Ω")).isEqualTo(GOLDEN);
        assertThat(sealer.open("theme", GOLDEN)).isEqualTo(new Verified.Valid("dark – Ω", KEY_ID));
    }

    @Test
    void seal_value_hasTheDocumentedHead() {
        ByteBuffer head = ByteBuffer.wrap(
                decode(sealer(KeyAlgorithm.HMAC_SHA_256, new SecureRandom()).seal("theme", "dark")));

        assertThat(head.get()).isEqualTo((byte) 1);
        assertThat(head.getInt()).isEqualTo(KEY_ID);
        assertThat(head.getShort()).isZero();
        assertThat(Integer.toUnsignedLong(head.getInt())).isEqualTo(NOW.getEpochSecond());
    }

    @Test
    void seal_value_isNotReadable() {
        byte[] sealed =
                decode(sealer(KeyAlgorithm.HMAC_SHA_256, new SecureRandom()).seal("theme", "a value to be hidden"));

        assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("hidden", "value");
    }

    @Test
    void seal_sameValueManyTimes_neverLooksTheSame() {
        CookieSealer sealer = sealer(KeyAlgorithm.HMAC_SHA_256, new SecureRandom());
        Set<String> boxes = new HashSet<>();

        for (int i = 0; i < 1000; i++) {
            boxes.add(sealer.seal("theme", "dark").substring(16));
        }

        assertThat(boxes).hasSize(1000);
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void open_signedValue_isForged(KeyAlgorithm algorithm) {
        KeyRing ring = KeyRing.of(key(algorithm));
        String signed = CookieSigner.create(ring).sign("theme", "a value with room for a nonce and a tag");

        assertThat(CookieSealer.create(ring).open("theme", signed)).isEqualTo(invalid(Rejection.FORGED));
    }

    @Test
    void open_publicKeyOnly_isUnknown() {
        KeySet keys = KeySet.of(List.of(key(KeyAlgorithm.ED25519)));
        String sealed = CookieSealer.create(KeyRing.of(keys)).seal("theme", "dark");

        CookieSealer edge = CookieSealer.create(KeyRing.of(keys.toPublic()));

        assertThat(edge.open("theme", sealed)).isEqualTo(invalid(Rejection.UNKNOWN_KEY));
        assertThatIllegalStateException().isThrownBy(() -> edge.seal("theme", "dark"));
    }
}
