package dev.cloakroom.cookie;

import static dev.cloakroom.cookie.CookieFixtures.KEY_ID;
import static dev.cloakroom.cookie.CookieFixtures.NOW;
import static dev.cloakroom.cookie.CookieFixtures.decode;
import static dev.cloakroom.cookie.CookieFixtures.encode;
import static dev.cloakroom.cookie.CookieFixtures.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.cloakroom.cookie.Verified.Reason;
import dev.cloakroom.key.KeyAlgorithm;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.key.KeyRotation;
import dev.cloakroom.key.KeySet;
import dev.cloakroom.key.KeyState;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CookieSealerTest {

    private static final int HEAD = 11;
    private static final int NONCE = 24;
    private static final int TAG = 16;

    /** Made by another implementation of XAES-256-GCM, HKDF and the documented form, not by the one under test. */
    private static final String GOLDEN =
            "AT8qnAEAAGlXNaUAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhex5woe_8B76CJwJgOqkMTSTBhm0y8TdZbDtFI";

    private static final CookieSealer FUZZED = sealer(KeyAlgorithm.HMAC_SHA_256);

    private final CookieFixtures.Clock clock = new CookieFixtures.Clock();

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void seal_fixedKeyClockAndNonce_isTheGoldenValue(KeyAlgorithm algorithm) {
        CookieSealer sealer = sealer(algorithm, clock, new CookieFixtures.CountingRandom());

        assertThat(sealer.seal("theme", "dark – Ω")).isEqualTo(GOLDEN);
        assertThat(sealer.open("theme", GOLDEN)).isEqualTo(new Verified.Valid("dark – Ω", KEY_ID));
    }

    @Property(tries = 300)
    void open_whatWasSealed_isValid(
            @ForAll KeyAlgorithm algorithm, @ForAll("names") String name, @ForAll("texts") String value) {
        CookieSealer sealer = sealer(algorithm);

        String sealed = sealer.seal(name, value);

        assertThat(sealed).matches("[A-Za-z0-9_-]+");
        assertThat(sealer.open(name, sealed)).isEqualTo(new Verified.Valid(value, KEY_ID));
    }

    @Test
    void open_valid_printsWithoutTheValue() {
        CookieSealer sealer = sealer(KeyAlgorithm.HMAC_SHA_256);

        assertThat(sealer.open("theme", sealer.seal("theme", "secret"))).hasToString("Valid[key 3f2a9c01]");
    }

    @Test
    void seal_value_hasTheDocumentedLengthAndHead() {
        byte[] sealed = decode(sealer(KeyAlgorithm.HMAC_SHA_256).seal("theme", "dark"));

        assertThat(sealed).hasSize(HEAD + NONCE + 4 + TAG);
        ByteBuffer head = ByteBuffer.wrap(sealed);
        assertThat(head.get()).isEqualTo((byte) 1);
        assertThat(head.getInt()).isEqualTo(KEY_ID);
        assertThat(head.getShort()).isZero();
        assertThat(Integer.toUnsignedLong(head.getInt())).isEqualTo(NOW.getEpochSecond());
    }

    @Test
    void seal_value_isNotReadable() {
        byte[] sealed = decode(sealer(KeyAlgorithm.HMAC_SHA_256).seal("theme", "a value to be hidden"));

        assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("hidden", "value");
    }

    @Test
    void seal_sameValueManyTimes_neverLooksTheSame() {
        CookieSealer sealer = sealer(KeyAlgorithm.HMAC_SHA_256);
        Set<String> boxes = new HashSet<>();

        for (int i = 0; i < 1000; i++) {
            boxes.add(sealer.seal("theme", "dark").substring(16));
        }

        assertThat(boxes).hasSize(1000);
    }

    @Test
    void open_valueOfAnotherCookie_isForged() {
        CookieSealer sealer = sealer(KeyAlgorithm.HMAC_SHA_256);
        String sealed = sealer.seal("theme", "dark");

        for (String other : List.of("them", "themes", "Theme", "", "\0theme", "themedark")) {
            assertThat(sealer.open(other, sealed)).as(other).isEqualTo(invalid(Reason.FORGED));
        }
    }

    @Property(tries = 300)
    void open_valueOfAnyOtherCookie_isForged(
            @ForAll("names") String name, @ForAll("names") String other, @ForAll("texts") String value) {
        CookieSealer sealer = sealer(KeyAlgorithm.HMAC_SHA_256);

        Verified verified = sealer.open(other, sealer.seal(name, value));

        assertThat(verified instanceof Verified.Valid).isEqualTo(name.equals(other));
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void open_signedValue_isForged(KeyAlgorithm algorithm) {
        KeyRing ring = KeyRing.of(key(algorithm));
        String signed = CookieSigner.create(ring).sign("theme", "a value with room for a nonce and a tag");

        assertThat(CookieSealer.create(ring).open("theme", signed)).isEqualTo(invalid(Reason.FORGED));
    }

    @Test
    void open_valueOfAnotherSecret_isForged() {
        CookieSealer other = CookieSealer.create(KeyRing.of(key(KEY_ID, KeyAlgorithm.HMAC_SHA_256, 1)));

        assertThat(sealer(KeyAlgorithm.HMAC_SHA_256).open("theme", other.seal("theme", "dark")))
                .isEqualTo(invalid(Reason.FORGED));
    }

    @Test
    void open_anyBitChanged_isRefusedWithItsReason() {
        CookieSealer sealer = sealer(KeyAlgorithm.HMAC_SHA_256);
        byte[] sealed = decode(sealer.seal("theme", "dark"));

        for (int bit = 0; bit < sealed.length * Byte.SIZE; bit++) {
            byte[] changed = sealed.clone();
            changed[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            int at = bit / Byte.SIZE;
            Reason expected = at == 0 ? Reason.MALFORMED : at < 5 ? Reason.UNKNOWN_KEY : Reason.FORGED;
            assertThat(sealer.open("theme", encode(changed))).as("bit %s", bit).isEqualTo(invalid(expected));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"d", "da", "dark"})
    void open_anyCharacterChanged_isNotValid(String value) {
        CookieSealer sealer = sealer(KeyAlgorithm.HMAC_SHA_256);
        String sealed = sealer.seal("theme", value);

        for (int i = 0; i < sealed.length(); i++) {
            for (char c : (CookieFixtures.BASE64_URL + "+/= \0\u00c1\u0141").toCharArray()) {
                if (c != sealed.charAt(i)) {
                    String changed = sealed.substring(0, i) + c + sealed.substring(i + 1);
                    assertThat(sealer.open("theme", changed)).as(changed).isInstanceOf(Verified.Invalid.class);
                }
            }
        }
    }

    @Test
    void open_cutAnywhere_isNotValid() {
        CookieSealer sealer = sealer(KeyAlgorithm.HMAC_SHA_256);
        String sealed = sealer.seal("theme", "dark");

        for (int i = 0; i < sealed.length(); i++) {
            assertThat(sealer.open("theme", sealed.substring(0, i))).isInstanceOf(Verified.Invalid.class);
            assertThat(sealer.open("theme", sealed.substring(i + 1))).isInstanceOf(Verified.Invalid.class);
        }
    }

    @Test
    void open_tooShortForNonceAndTag_isMalformed() {
        CookieSealer sealer = sealer(KeyAlgorithm.HMAC_SHA_256);
        byte[] shortest = decode(sealer.seal("theme", ""));

        assertThat(shortest).hasSize(HEAD + NONCE + TAG);
        assertThat(sealer.open("theme", encode(shortest))).isEqualTo(new Verified.Valid("", KEY_ID));
        assertThat(sealer.open("theme", encode(Arrays.copyOf(shortest, shortest.length - 1))))
                .isEqualTo(invalid(Reason.MALFORMED));
    }

    @Test
    void open_extended_isNotValid() {
        CookieSealer sealer = sealer(KeyAlgorithm.HMAC_SHA_256);
        String sealed = sealer.seal("theme", "dark");

        for (String more : List.of("A", "AA", "AAA", "AAAA", "=", "==", sealed, "." + sealed, "~")) {
            assertThat(sealer.open("theme", sealed + more)).as(more).isInstanceOf(Verified.Invalid.class);
            assertThat(sealer.open("theme", more + sealed)).as(more).isInstanceOf(Verified.Invalid.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "A", "=", "AAAA", "AQ", "\u00e9", "\ud800", "not base64url!", "a.b.c", "\"AAAA\""})
    void open_noSuchForm_isMalformed(String text) {
        assertThat(sealer(KeyAlgorithm.HMAC_SHA_256).open("theme", text)).isEqualTo(invalid(Reason.MALFORMED));
    }

    @Test
    void open_nothing_isMalformed() {
        CookieSealer sealer = sealer(KeyAlgorithm.HMAC_SHA_256);

        assertThat(sealer.open("theme", null)).isEqualTo(invalid(Reason.MALFORMED));
        assertThat(sealer.open("theme", null, Duration.ofDays(1))).isEqualTo(invalid(Reason.MALFORMED));
    }

    @ParameterizedTest
    @ValueSource(strings = {"d", "da", "dark", "darkk"})
    void open_secondTextOfTheSameBytes_isMalformed(String value) {
        CookieSealer sealer = sealer(KeyAlgorithm.HMAC_SHA_256);
        String sealed = sealer.seal("theme", value);
        int last = CookieFixtures.BASE64_URL.indexOf(sealed.charAt(sealed.length() - 1));
        int unused = sealed.length() % 4 == 2 ? 4 : sealed.length() % 4 == 3 ? 2 : 0;

        for (int bits = 1; bits < 1 << unused; bits++) {
            String twin = sealed.substring(0, sealed.length() - 1) + CookieFixtures.BASE64_URL.charAt(last | bits);
            assertThat(decode(twin)).isEqualTo(decode(sealed));
            assertThat(sealer.open("theme", twin)).isEqualTo(invalid(Reason.MALFORMED));
        }
        String padded = sealed + "=".repeat((4 - sealed.length() % 4) % 4);
        assertThat(sealer.open("theme", padded) instanceof Verified.Valid).isEqualTo(padded.equals(sealed));
    }

    @Test
    void open_longerThanCookiesAre_isMalformed() {
        assertThat(sealer(KeyAlgorithm.HMAC_SHA_256).open("theme", "AT8qnAE".repeat(600)))
                .isEqualTo(invalid(Reason.MALFORMED));
    }

    @Test
    void open_maxAge_holdsToTheLastMillisecond() {
        CookieSealer sealer = sealer(KeyAlgorithm.HMAC_SHA_256, clock, new SecureRandom());
        String sealed = sealer.seal("theme", "dark");
        Duration maxAge = Duration.ofMinutes(10);

        clock.advance(maxAge.minusMillis(1));
        assertThat(sealer.open("theme", sealed, maxAge)).isInstanceOf(Verified.Valid.class);

        clock.advance(Duration.ofMillis(1));
        assertThat(sealer.open("theme", sealed, maxAge)).isEqualTo(invalid(Reason.EXPIRED));
        assertThat(sealer.open("theme", sealed)).isInstanceOf(Verified.Valid.class);
        assertThat(sealer.open("theme", sealed, maxAge.plusMillis(1))).isInstanceOf(Verified.Valid.class);
    }

    @Test
    void open_forgedAndTooOld_isForged() {
        CookieSealer sealer = sealer(KeyAlgorithm.HMAC_SHA_256, clock, new SecureRandom());
        String sealed = sealer.seal("theme", "dark");
        clock.advance(Duration.ofDays(1));

        assertThat(sealer.open("other", sealed, Duration.ofHours(1))).isEqualTo(invalid(Reason.FORGED));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"1970-01-01T00:00:00Z", "2038-01-19T03:14:08Z", "2106-02-07T06:28:16Z", "9999-12-31T23:59:59Z"})
    void open_atAnyDate_knowsTheAge(Instant date) {
        clock.advance(Duration.between(NOW, date));
        CookieSealer sealer = sealer(KeyAlgorithm.HMAC_SHA_256, clock, new SecureRandom());
        String sealed = sealer.seal("theme", "dark");

        clock.advance(Duration.ofMillis(999));
        assertThat(sealer.open("theme", sealed, Duration.ofSeconds(1))).isInstanceOf(Verified.Valid.class);
        clock.advance(Duration.ofMillis(1));
        assertThat(sealer.open("theme", sealed, Duration.ofSeconds(1))).isEqualTo(invalid(Reason.EXPIRED));
    }

    @Test
    @SuppressWarnings("NullAway") // null is what is tested
    void open_noMaxAge_isRefused() {
        CookieSealer sealer = sealer(KeyAlgorithm.HMAC_SHA_256);

        assertThatNullPointerException().isThrownBy(() -> sealer.open("theme", "x", null));
    }

    @Test
    void open_afterRotation_isStillValid() {
        KeyRing ring = KeyRing.of(key(KeyAlgorithm.HMAC_SHA_256));
        CookieSealer sealer = CookieSealer.create(ring, clock, new SecureRandom());
        String old = sealer.seal("theme", "dark");

        ring.replace(KeyRotation.rotate(ring.current(), key(7, KeyAlgorithm.ED25519, 9), NOW.plusSeconds(60)));

        assertThat(sealer.open("theme", old)).isEqualTo(new Verified.Valid("dark", KEY_ID));
        assertThat(sealer.open("theme", sealer.seal("theme", "light"))).isEqualTo(new Verified.Valid("light", 7));
    }

    @Test
    void open_retiredKey_isGoodUntilItsDate() {
        KeyRing ring = KeyRing.of(key(KeyAlgorithm.HMAC_SHA_256));
        CookieSealer sealer = CookieSealer.create(ring, clock, new SecureRandom());
        String old = sealer.seal("theme", "dark");
        ring.replace(KeyRotation.rotate(ring.current(), key(7, KeyAlgorithm.BLAKE3, 9), NOW.plusSeconds(60)));

        clock.advance(Duration.ofMillis(59_999));
        assertThat(sealer.open("theme", old)).isEqualTo(new Verified.Valid("dark", KEY_ID));

        clock.advance(Duration.ofMillis(1));
        assertThat(sealer.open("theme", old)).isEqualTo(invalid(Reason.RETIRED_KEY));
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void open_revokedKey_isRefusedByThatName(KeyAlgorithm algorithm) {
        KeyRing ring = KeyRing.of(key(algorithm));
        CookieSealer sealer = CookieSealer.create(ring);
        String old = sealer.seal("theme", "dark");
        assertThat(sealer.open("theme", old)).isInstanceOf(Verified.Valid.class);

        ring.replace(KeyRotation.revoke(ring.current(), KEY_ID));

        assertThat(sealer.open("theme", old)).isEqualTo(invalid(Reason.REVOKED_KEY));
    }

    @Test
    void open_keyTheRingNeverHad_isUnknown() {
        String sealed = CookieSealer.create(KeyRing.of(key(7, KeyAlgorithm.HMAC_SHA_256, 9)))
                .seal("theme", "dark");

        assertThat(sealer(KeyAlgorithm.HMAC_SHA_256).open("theme", sealed)).isEqualTo(invalid(Reason.UNKNOWN_KEY));
    }

    @Test
    void open_keyPublishedAhead_isValid() {
        String sealed = sealer(KeyAlgorithm.HMAC_SHA_256).seal("theme", "dark");
        KeyRing ahead = KeyRing.of(key(KeyAlgorithm.HMAC_SHA_256).withState(new KeyState.VerifyOnly()));

        assertThat(CookieSealer.create(ahead).open("theme", sealed)).isInstanceOf(Verified.Valid.class);
    }

    @Test
    void open_publicKeyOnly_isUnknown() {
        KeySet keys = KeySet.of(List.of(key(KeyAlgorithm.ED25519)));
        String sealed = CookieSealer.create(KeyRing.of(keys)).seal("theme", "dark");

        CookieSealer edge = CookieSealer.create(KeyRing.of(keys.toPublic()));

        assertThat(edge.open("theme", sealed)).isEqualTo(invalid(Reason.UNKNOWN_KEY));
        assertThatIllegalStateException().isThrownBy(() -> edge.seal("theme", "dark"));
    }

    @Test
    void seal_noActiveKey_isRefused() {
        KeyRing ring = KeyRing.of(key(KeyAlgorithm.HMAC_SHA_256).withState(new KeyState.VerifyOnly()));

        assertThatIllegalStateException()
                .isThrownBy(() -> CookieSealer.create(ring).seal("theme", "dark"));
    }

    @Test
    void seal_largestCookie_isTakenAndOneByteMoreRefused() {
        CookieSealer sealer = sealer(KeyAlgorithm.HMAC_SHA_256);
        int room = (4096 - "theme=".length()) * 3 / 4 - HEAD - NONCE - TAG;

        String largest = sealer.seal("theme", "v".repeat(room));

        assertThat("theme=" + largest).hasSizeBetween(4094, 4096);
        assertThat(sealer.open("theme", largest)).isInstanceOf(Verified.Valid.class);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sealer.seal("theme", "v".repeat(room + 1)))
                .withMessageContaining("theme")
                .withMessageContaining("4096")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("vvv"));
    }

    @Test
    @SuppressWarnings("NullAway") // null is what is tested
    void seal_null_isRefused() {
        CookieSealer sealer = sealer(KeyAlgorithm.HMAC_SHA_256);

        assertThatNullPointerException().isThrownBy(() -> sealer.seal(null, "dark"));
        assertThatNullPointerException().isThrownBy(() -> sealer.seal("theme", null));
        assertThatNullPointerException().isThrownBy(() -> CookieSealer.create(null));
    }

    @Test
    void seal_onManyThreads_isAlwaysRight() throws Exception {
        CookieSealer sealer = sealer(KeyAlgorithm.HMAC_SHA_256);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            Callable<Integer> work = () -> {
                int valid = 0;
                for (int i = 0; i < 500; i++) {
                    String sealed = sealer.seal("theme", "value " + i);
                    Verified right = sealer.open("theme", sealed);
                    Verified wrong = sealer.open("other", sealed);
                    valid += right.equals(new Verified.Valid("value " + i, KEY_ID)) ? 1 : 0;
                    valid += wrong.equals(invalid(Reason.FORGED)) ? 1 : 0;
                }
                return valid;
            };
            for (Future<Integer> valid : threads.invokeAll(List.of(work, work, work, work))) {
                assertThat(valid.get()).isEqualTo(1000);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Provide
    Arbitrary<String> names() {
        return CookieFixtures.names();
    }

    @Provide
    Arbitrary<String> texts() {
        return CookieFixtures.texts();
    }

    private static CookieSealer sealer(KeyAlgorithm algorithm) {
        return sealer(algorithm, InstantSource.fixed(NOW), new SecureRandom());
    }

    private static CookieSealer sealer(KeyAlgorithm algorithm, InstantSource clock, SecureRandom random) {
        return CookieSealer.create(KeyRing.of(key(algorithm)), clock, random);
    }

    private static Verified invalid(Reason reason) {
        return new Verified.Invalid(reason);
    }
}
