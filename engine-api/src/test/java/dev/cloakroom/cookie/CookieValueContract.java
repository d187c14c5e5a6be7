package dev.cloakroom.cookie;

import static dev.cloakroom.cookie.CookieFixtures.BASE64_URL;
import static dev.cloakroom.cookie.CookieFixtures.KEY_ID;
import static dev.cloakroom.cookie.CookieFixtures.NOW;
import static dev.cloakroom.cookie.CookieFixtures.decode;
import static dev.cloakroom.cookie.CookieFixtures.encode;
import static dev.cloakroom.cookie.CookieFixtures.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.cloakroom.key.KeyAlgorithm;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.key.KeyRotation;
import dev.cloakroom.key.KeySet;
import dev.cloakroom.key.KeyState;
import dev.cloakroom.key.SigningKey;
import dev.cloakroom.testkit.Concurrently;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds of a cookie's value whether it was signed or sealed. Those who make and check them inherit it. */
abstract class CookieValueContract {

    /** How long the head is that all values have: the form, the key's id and the time. */
    static final int HEAD = 11;

    private final CookieFixtures.Clock clock = new CookieFixtures.Clock();

    /** Makes values and checks them. */
    interface Guard {

        String make(String name, String value);

        Verified check(String name, @Nullable String text);

        Verified check(String name, @Nullable String text, Duration maxAge);
    }

    abstract Guard guard(KeyRing ring, InstantSource clock);

    /** Returns how many bytes a value has besides its head and the text itself. */
    abstract int overhead(KeyAlgorithm algorithm);

    final Guard guard(KeyRing ring) {
        return guard(ring, clock);
    }

    final Guard guard(KeyAlgorithm algorithm) {
        return guard(KeyRing.of(key(algorithm)));
    }

    final CookieFixtures.Clock clock() {
        return clock;
    }

    static Verified invalid(Rejection reason) {
        return new Verified.Invalid(reason);
    }

    @Provide
    Arbitrary<String> names() {
        return CookieFixtures.names();
    }

    @Provide
    Arbitrary<String> texts() {
        return CookieFixtures.texts();
    }

    @Property(tries = 300)
    void check_whatWasMade_isValid(
            @ForAll KeyAlgorithm algorithm, @ForAll("names") String name, @ForAll("texts") String value) {
        Guard guard = guard(algorithm);

        String made = guard.make(name, value);

        assertThat(made).matches("[A-Za-z0-9_-]+");
        assertThat(guard.check(name, made)).isEqualTo(new Verified.Valid(value, KEY_ID));
    }

    @Test
    void check_valid_printsWithoutTheValue() {
        Guard guard = guard(KeyAlgorithm.HMAC_SHA_256);

        assertThat(guard.check("theme", guard.make("theme", "secret"))).hasToString("Valid[key 3f2a9c01]");
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void check_valueOfAnotherCookie_isForged(KeyAlgorithm algorithm) {
        Guard guard = guard(algorithm);
        String made = guard.make("theme", "dark");

        for (String other : List.of("them", "themes", "Theme", "", "\0theme", "themedark", "x".repeat(5))) {
            assertThat(guard.check(other, made)).as(other).isEqualTo(invalid(Rejection.FORGED));
        }
    }

    @Property(tries = 300)
    void check_valueOfAnyOtherCookie_isForged(
            @ForAll("names") String name, @ForAll("names") String other, @ForAll("texts") String value) {
        Guard guard = guard(KeyAlgorithm.HMAC_SHA_256);

        Verified verified = guard.check(other, guard.make(name, value));

        assertThat(verified instanceof Verified.Valid).isEqualTo(name.equals(other));
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void check_valueOfAnotherSecret_isForged(KeyAlgorithm algorithm) {
        Guard other = guard(KeyRing.of(key(KEY_ID, algorithm, 1)));

        assertThat(guard(algorithm).check("theme", other.make("theme", "dark"))).isEqualTo(invalid(Rejection.FORGED));
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void check_anyBitChanged_isRefusedWithItsReason(KeyAlgorithm algorithm) {
        Guard guard = guard(algorithm);
        byte[] made = decode(guard.make("theme", "dark"));

        for (int bit = 0; bit < made.length * Byte.SIZE; bit++) {
            byte[] changed = made.clone();
            changed[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            int at = bit / Byte.SIZE;
            Rejection expected = at == 0 ? Rejection.MALFORMED : at < 5 ? Rejection.UNKNOWN_KEY : Rejection.FORGED;
            assertThat(guard.check("theme", encode(changed))).as("bit %s", bit).isEqualTo(invalid(expected));
        }
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void check_anyCharacterChanged_isNotValid(KeyAlgorithm algorithm) {
        Guard guard = guard(algorithm);
        String made = guard.make("theme", "dark");

        for (int i = 0; i < made.length(); i++) {
            for (char c : (algorithm == KeyAlgorithm.ED25519 ? "AQgw9-_" : BASE64_URL).toCharArray()) {
                if (c != made.charAt(i)) {
                    String changed = made.substring(0, i) + c + made.substring(i + 1);
                    assertThat(guard.check("theme", changed)).as(changed).isInstanceOf(Verified.Invalid.class);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void check_foreignCharacterAnywhere_isMalformed(KeyAlgorithm algorithm) {
        Guard guard = guard(algorithm);
        String made = guard.make("theme", "dark");

        for (int i = 0; i <= made.length(); i++) {
            for (String foreign : List.of("+", "/", "=", " ", "\n", "\0", ".", "%", "\u00c1", "\u0141", "\ud83d")) {
                String inserted = made.substring(0, i) + foreign + made.substring(i);
                String replaced = made.substring(0, i) + foreign + made.substring(Math.min(i + 1, made.length()));
                assertThat(guard.check("theme", inserted)).as(inserted).isEqualTo(invalid(Rejection.MALFORMED));
                assertThat(guard.check("theme", replaced)).as(replaced).isEqualTo(invalid(Rejection.MALFORMED));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void check_cutAnywhere_isNotValid(KeyAlgorithm algorithm) {
        Guard guard = guard(algorithm);
        String made = guard.make("theme", "dark");

        for (int i = 0; i < made.length(); i++) {
            assertThat(guard.check("theme", made.substring(0, i))).isInstanceOf(Verified.Invalid.class);
            assertThat(guard.check("theme", made.substring(i + 1))).isInstanceOf(Verified.Invalid.class);
        }
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void check_extended_isNotValid(KeyAlgorithm algorithm) {
        Guard guard = guard(algorithm);
        String made = guard.make("theme", "dark");

        for (String more : List.of("A", "AA", "AAA", "AAAA", "=", "==", made, "." + made, "~")) {
            assertThat(guard.check("theme", made + more)).as(more).isInstanceOf(Verified.Invalid.class);
            assertThat(guard.check("theme", more + made)).as(more).isInstanceOf(Verified.Invalid.class);
        }
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void check_shortestThatThereIs_isValidAndOneByteLessMalformed(KeyAlgorithm algorithm) {
        Guard guard = guard(algorithm);
        byte[] shortest = decode(guard.make("theme", ""));

        assertThat(shortest).hasSize(HEAD + overhead(algorithm));
        assertThat(guard.check("theme", encode(shortest))).isEqualTo(new Verified.Valid("", KEY_ID));
        assertThat(guard.check("theme", encode(Arrays.copyOf(shortest, shortest.length - 1))))
                .isEqualTo(invalid(Rejection.MALFORMED));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "A", "=", "AAAA", "AQ", "\u00e9", "\ud800", "not base64url!", "a.b.c", "\"AAAA\""})
    void check_noSuchForm_isMalformed(String text) {
        assertThat(guard(KeyAlgorithm.HMAC_SHA_256).check("theme", text)).isEqualTo(invalid(Rejection.MALFORMED));
    }

    @Test
    void check_nothing_isMalformed() {
        Guard guard = guard(KeyAlgorithm.HMAC_SHA_256);

        assertThat(guard.check("theme", null)).isEqualTo(invalid(Rejection.MALFORMED));
        assertThat(guard.check("theme", null, Duration.ofDays(1))).isEqualTo(invalid(Rejection.MALFORMED));
    }

    @ParameterizedTest
    @ValueSource(strings = {"d", "da", "dar", "dark"})
    void check_secondTextOfTheSameBytes_isMalformed(String value) {
        Guard guard = guard(KeyAlgorithm.HMAC_SHA_256);
        String made = guard.make("theme", value);
        int last = BASE64_URL.indexOf(made.charAt(made.length() - 1));
        int unused = made.length() % 4 == 2 ? 4 : made.length() % 4 == 3 ? 2 : 0;

        for (int bits = 1; bits < 1 << unused; bits++) {
            String twin = made.substring(0, made.length() - 1) + BASE64_URL.charAt(last | bits);
            assertThat(decode(twin)).isEqualTo(decode(made));
            assertThat(guard.check("theme", twin)).isEqualTo(invalid(Rejection.MALFORMED));
        }
        assertThat(last & (1 << unused) - 1).isZero();
        String padded = made + "=".repeat((4 - made.length() % 4) % 4);
        assertThat(guard.check("theme", padded) instanceof Verified.Valid).isEqualTo(padded.equals(made));
    }

    @Test
    void check_longerThanCookiesAre_isMalformed() {
        assertThat(guard(KeyAlgorithm.HMAC_SHA_256).check("theme", "AT8qnAE".repeat(600)))
                .isEqualTo(invalid(Rejection.MALFORMED));
    }

    @Test
    void check_maxAge_holdsToTheLastMillisecond() {
        Guard guard = guard(KeyAlgorithm.HMAC_SHA_256);
        String made = guard.make("theme", "dark");
        Duration maxAge = Duration.ofMinutes(10);

        clock.advance(maxAge.minusMillis(1));
        assertThat(guard.check("theme", made, maxAge)).isInstanceOf(Verified.Valid.class);

        clock.advance(Duration.ofMillis(1));
        assertThat(guard.check("theme", made, maxAge)).isEqualTo(invalid(Rejection.EXPIRED));
        assertThat(guard.check("theme", made)).isInstanceOf(Verified.Valid.class);
        assertThat(guard.check("theme", made, maxAge.plusMillis(1))).isInstanceOf(Verified.Valid.class);
    }

    @Test
    void check_maxAgeOfNothing_isExpiredAtOnce() {
        Guard guard = guard(KeyAlgorithm.HMAC_SHA_256);

        assertThat(guard.check("theme", guard.make("theme", "dark"), Duration.ZERO))
                .isEqualTo(invalid(Rejection.EXPIRED));
    }

    @Test
    void check_endlessMaxAge_isNeverExpired() {
        Guard guard = guard(KeyAlgorithm.HMAC_SHA_256);
        String made = guard.make("theme", "dark");
        clock.advance(Duration.ofDays(100_000));

        assertThat(guard.check("theme", made, Duration.ofSeconds(Long.MAX_VALUE)))
                .isInstanceOf(Verified.Valid.class);
    }

    @Test
    void check_madeByAClockAhead_isNotExpired() {
        Guard guard = guard(KeyAlgorithm.HMAC_SHA_256);
        clock.advance(Duration.ofSeconds(30));
        String made = guard.make("theme", "dark");
        clock.advance(Duration.ofSeconds(-30));

        assertThat(guard.check("theme", made, Duration.ofSeconds(1))).isInstanceOf(Verified.Valid.class);
    }

    @Test
    void check_forgedAndTooOld_isForged() {
        Guard guard = guard(KeyAlgorithm.HMAC_SHA_256);
        String made = guard.make("theme", "dark");
        clock.advance(Duration.ofDays(1));

        assertThat(guard.check("other", made, Duration.ofHours(1))).isEqualTo(invalid(Rejection.FORGED));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"1970-01-01T00:00:00Z", "2038-01-19T03:14:08Z", "2106-02-07T06:28:16Z", "9999-12-31T23:59:59Z"})
    void check_atAnyDate_knowsTheAge(Instant date) {
        clock.advance(Duration.between(NOW, date));
        Guard guard = guard(KeyAlgorithm.HMAC_SHA_256);
        String made = guard.make("theme", "dark");

        clock.advance(Duration.ofMillis(999));
        assertThat(guard.check("theme", made, Duration.ofSeconds(1))).isInstanceOf(Verified.Valid.class);
        clock.advance(Duration.ofMillis(1));
        assertThat(guard.check("theme", made, Duration.ofSeconds(1))).isEqualTo(invalid(Rejection.EXPIRED));
    }

    @Test
    @SuppressWarnings("NullAway") // null is what is tested
    void check_noMaxAge_isRefused() {
        Guard guard = guard(KeyAlgorithm.HMAC_SHA_256);

        assertThatNullPointerException().isThrownBy(() -> guard.check("theme", "x", null));
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void check_afterRotation_isStillValid(KeyAlgorithm next) {
        KeyRing ring = KeyRing.of(key(KeyAlgorithm.HMAC_SHA_256));
        Guard guard = guard(ring);
        String old = guard.make("theme", "dark");

        ring.replace(KeyRotation.rotate(ring.current(), key(7, next, 9), NOW.plusSeconds(60)));

        assertThat(guard.check("theme", old)).isEqualTo(new Verified.Valid("dark", KEY_ID));
        assertThat(guard.check("theme", guard.make("theme", "light"))).isEqualTo(new Verified.Valid("light", 7));
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void check_retiredKey_isGoodUntilItsDate(KeyAlgorithm algorithm) {
        KeyRing ring = KeyRing.of(key(algorithm));
        Guard guard = guard(ring);
        String old = guard.make("theme", "dark");
        ring.replace(KeySet.of(List.of(key(algorithm).withState(new KeyState.Retired(NOW.plusSeconds(60))))));

        clock.advance(Duration.ofMillis(59_999));
        assertThat(guard.check("theme", old)).isEqualTo(new Verified.Valid("dark", KEY_ID));

        clock.advance(Duration.ofMillis(1));
        assertThat(guard.check("theme", old)).isEqualTo(invalid(Rejection.RETIRED_KEY));
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void check_revokedKey_isRefusedByThatName(KeyAlgorithm algorithm) {
        KeyRing ring = KeyRing.of(key(algorithm));
        Guard guard = guard(ring);
        String old = guard.make("theme", "dark");
        assertThat(guard.check("theme", old)).isInstanceOf(Verified.Valid.class);

        ring.replace(KeyRotation.revoke(ring.current(), KEY_ID));

        assertThat(guard.check("theme", old)).isEqualTo(invalid(Rejection.REVOKED_KEY));
    }

    @Test
    void check_revocationOfOneKey_leavesTheOthers() {
        SigningKey first = key(KeyAlgorithm.HMAC_SHA_256);
        KeyRing ring = KeyRing.of(first);
        Guard guard = guard(ring);
        String old = guard.make("theme", "dark");
        ring.replace(KeyRotation.rotate(
                ring.current(), key(7, KeyAlgorithm.HMAC_SHA_256, 9), NOW.plus(Duration.ofDays(9_999))));
        String other = guard.make("theme", "light");

        ring.replace(KeyRotation.revoke(ring.current(), KEY_ID));

        assertThat(guard.check("theme", old)).isEqualTo(invalid(Rejection.REVOKED_KEY));
        assertThat(guard.check("theme", other)).isInstanceOf(Verified.Valid.class);
    }

    @Test
    void check_keyTheRingNeverHad_isUnknown() {
        String made = guard(KeyRing.of(key(7, KeyAlgorithm.HMAC_SHA_256, 9))).make("theme", "dark");

        assertThat(guard(KeyAlgorithm.HMAC_SHA_256).check("theme", made)).isEqualTo(invalid(Rejection.UNKNOWN_KEY));
    }

    @Test
    void check_keyDroppedFromTheRing_isUnknown() {
        KeyRing ring = KeyRing.of(key(KeyAlgorithm.HMAC_SHA_256));
        Guard guard = guard(ring);
        String old = guard.make("theme", "dark");

        ring.replace(KeySet.EMPTY);

        assertThat(guard.check("theme", old)).isEqualTo(invalid(Rejection.UNKNOWN_KEY));
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void check_keyPublishedAhead_isValid(KeyAlgorithm algorithm) {
        String made = guard(algorithm).make("theme", "dark");
        KeyRing ahead = KeyRing.of(key(algorithm).withState(new KeyState.VerifyOnly()));

        assertThat(guard(ahead).check("theme", made)).isInstanceOf(Verified.Valid.class);
    }

    @Test
    void make_noActiveKey_isRefused() {
        KeyRing ring = KeyRing.of(key(KeyAlgorithm.HMAC_SHA_256).withState(new KeyState.VerifyOnly()));

        assertThatIllegalStateException().isThrownBy(() -> guard(ring).make("theme", "dark"));
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void make_largestCookie_isTakenAndOneByteMoreRefused(KeyAlgorithm algorithm) {
        Guard guard = guard(algorithm);
        int room = (4096 - "theme=".length()) * 3 / 4 - HEAD - overhead(algorithm);

        String largest = guard.make("theme", "v".repeat(room));

        assertThat("theme=" + largest).hasSizeBetween(4094, 4096);
        assertThat(guard.check("theme", largest)).isInstanceOf(Verified.Valid.class);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> guard.make("theme", "v".repeat(room + 1)))
                .withMessageContaining("theme")
                .withMessageContaining("4096")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("vvv"));
    }

    @Test
    @SuppressWarnings("NullAway") // null is what is tested
    void make_null_isRefused() {
        Guard guard = guard(KeyAlgorithm.HMAC_SHA_256);

        assertThatNullPointerException().isThrownBy(() -> guard.make(null, "dark"));
        assertThatNullPointerException().isThrownBy(() -> guard.make("theme", null));
        assertThatNullPointerException().isThrownBy(() -> guard((KeyRing) null));
    }

    @Test
    void make_nameNoCookieCanHave_isRefused() {
        Guard guard = guard(KeyAlgorithm.HMAC_SHA_256);

        for (String name : List.of("", "a b", "a;", "\u20ac", "\ud800")) {
            assertThatIllegalArgumentException().isThrownBy(() -> guard.make(name, "value"));
        }
    }

    @Test
    void make_halfASurrogatePair_isRefusedAndNotAnotherValue() {
        Guard guard = guard(KeyAlgorithm.HMAC_SHA_256);

        assertThatIllegalArgumentException().isThrownBy(() -> guard.make("theme", "a\ud800b"));
    }

    @Test
    void make_intoASetCookie_comesBackThroughTheCookieHeader() {
        Guard guard = guard(KeyAlgorithm.HMAC_SHA_256);
        CookiePolicy policy = CookiePolicy.builder().name("theme").build();

        String header = policy.cookie(guard.make("theme", "dark; \"Ω\"")).toHeader();

        assertThat(CookieHeader.values(header, "theme"))
                .singleElement()
                .satisfies(value ->
                        assertThat(guard.check("theme", value)).isEqualTo(new Verified.Valid("dark; \"Ω\"", KEY_ID)));
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void makeAndCheck_onManyThreads_areAlwaysRight(KeyAlgorithm algorithm) {
        Guard guard = guard(algorithm);

        Concurrently.run(4, thread -> {
            for (int i = 0; i < 200; i++) {
                String value = thread + " " + i;
                String made = guard.make("theme", value);
                assertThat(guard.check("theme", made)).isEqualTo(new Verified.Valid(value, KEY_ID));
                assertThat(guard.check("other", made)).isEqualTo(invalid(Rejection.FORGED));
            }
            return thread;
        });
    }
}
