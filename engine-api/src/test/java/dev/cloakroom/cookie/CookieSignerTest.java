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
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.cookie.Verified.Reason;
import dev.cloakroom.key.KeyAlgorithm;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.key.KeyRotation;
import dev.cloakroom.key.KeySet;
import dev.cloakroom.key.KeyState;
import dev.cloakroom.key.SigningKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CookieSignerTest {

    private static final int HEAD = 11;
    private static final List<CookieSigner> FUZZED =
            Stream.of(KeyAlgorithm.values()).map(CookieSignerTest::signer).toList();

    private final CookieFixtures.Clock clock = new CookieFixtures.Clock();

    @ParameterizedTest
    @CsvSource({
        "HMAC_SHA_256,AT8qnAEAAGlXNaVkYXJrIOKAkyDOqcyXp3ur2wmZzWS-6xF3-yI13MQIk2v-X3mf500X_jdY",
        "AES_256_CMAC,AT8qnAEAAGlXNaVkYXJrIOKAkyDOqdsa_pOi29CV9rEtj2UlU2Y",
        "BLAKE3,AT8qnAEAAGlXNaVkYXJrIOKAkyDOqVKXH2SIowZF5kCG7GIQWUQ7jIZwcGnVh418QLriLP0t",
        "ED25519,AT8qnAEAAGlXNaVkYXJrIOKAkyDOqcUMSwF1VUmO3unUtHPWBRI_VqBRXpxpXc_bBs3ObhCR2SEtUgzlC_rIJZ5Ucl7FdajiHwUYM1KnrUReh4VeKQM",
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
        byte[] subkey = hmac(
                pseudoRandomKey, "cloakroom/1 tag:hmac-sha-256:signed-cookie\u0001".getBytes(StandardCharsets.UTF_8));
        byte[] expected = ByteBuffer.allocate(HEAD + body.length + 32)
                .put(head)
                .put(body)
                .put(hmac(subkey, message))
                .array();

        assertThat(signer(KeyAlgorithm.HMAC_SHA_256).sign("theme", "dark")).isEqualTo(encode(expected));
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void sign_value_hasItsLengthAndTheTags(KeyAlgorithm algorithm) {
        byte[] signed = decode(signer(algorithm).sign("theme", "dark"));

        assertThat(signed).hasSize(HEAD + 4 + algorithm.tagLength());
        assertThat(Arrays.copyOfRange(signed, HEAD, HEAD + 4))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("dark");
    }

    @Property(tries = 300)
    void verify_whatWasSigned_isValid(
            @ForAll KeyAlgorithm algorithm, @ForAll("names") String name, @ForAll("texts") String value) {
        CookieSigner signer = signer(algorithm);

        String signed = signer.sign(name, value);

        assertThat(signed).matches("[A-Za-z0-9_-]+");
        assertThat(signer.verify(name, signed)).isEqualTo(new Verified.Valid(value, KEY_ID));
    }

    @Test
    void verify_valid_printsWithoutTheValue() {
        CookieSigner signer = signer(KeyAlgorithm.HMAC_SHA_256);

        assertThat(signer.verify("theme", signer.sign("theme", "secret"))).hasToString("Valid[key 3f2a9c01]");
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void verify_valueOfAnotherCookie_isForged(KeyAlgorithm algorithm) {
        CookieSigner signer = signer(algorithm);
        String signed = signer.sign("theme", "dark");

        for (String other : List.of("them", "themes", "Theme", "", "\0theme", "themedark", "x".repeat(5))) {
            assertThat(signer.verify(other, signed)).as(other).isEqualTo(invalid(Reason.FORGED));
        }
    }

    @Property(tries = 300)
    void verify_valueOfAnyOtherCookie_isForged(
            @ForAll("names") String name, @ForAll("names") String other, @ForAll("texts") String value) {
        CookieSigner signer = signer(KeyAlgorithm.HMAC_SHA_256);

        Verified verified = signer.verify(other, signer.sign(name, value));

        assertThat(verified instanceof Verified.Valid).isEqualTo(name.equals(other));
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

        assertThat(signer.verify("a", encode(moved))).isEqualTo(invalid(Reason.FORGED));
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void verify_sealedValue_isForged(KeyAlgorithm algorithm) {
        KeyRing ring = KeyRing.of(key(algorithm));
        String sealed =
                CookieSealer.create(ring).seal("theme", "a value of more than sixty-four bytes, so that there is room");

        assertThat(CookieSigner.create(ring).verify("theme", sealed)).isEqualTo(invalid(Reason.FORGED));
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void verify_valueOfAnotherSecret_isForged(KeyAlgorithm algorithm) {
        CookieSigner other = CookieSigner.create(KeyRing.of(key(KEY_ID, algorithm, 1)));

        assertThat(signer(algorithm).verify("theme", other.sign("theme", "dark")))
                .isEqualTo(invalid(Reason.FORGED));
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

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void verify_anyBitChanged_isRefusedWithItsReason(KeyAlgorithm algorithm) {
        CookieSigner signer = signer(algorithm);
        byte[] signed = decode(signer.sign("theme", "dark"));

        for (int bit = 0; bit < signed.length * Byte.SIZE; bit++) {
            byte[] changed = signed.clone();
            changed[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            int at = bit / Byte.SIZE;
            Reason expected = at == 0 ? Reason.MALFORMED : at < 5 ? Reason.UNKNOWN_KEY : Reason.FORGED;
            assertThat(signer.verify("theme", encode(changed)))
                    .as("bit %s", bit)
                    .isEqualTo(invalid(expected));
        }
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void verify_anyCharacterChanged_isNotValid(KeyAlgorithm algorithm) {
        CookieSigner signer = signer(algorithm);
        String signed = signer.sign("theme", "dark");

        for (int i = 0; i < signed.length(); i++) {
            for (char c : (algorithm == KeyAlgorithm.ED25519 ? "AQgw9-_" : CookieFixtures.BASE64_URL).toCharArray()) {
                if (c != signed.charAt(i)) {
                    String changed = signed.substring(0, i) + c + signed.substring(i + 1);
                    assertThat(signer.verify("theme", changed)).as(changed).isInstanceOf(Verified.Invalid.class);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void verify_foreignCharacterAnywhere_isMalformed(KeyAlgorithm algorithm) {
        CookieSigner signer = signer(algorithm);
        String signed = signer.sign("theme", "dark");

        for (int i = 0; i <= signed.length(); i++) {
            for (String foreign : List.of("+", "/", "=", " ", "\n", "\0", ".", "%", "\u00c1", "\u0141", "\ud83d")) {
                String inserted = signed.substring(0, i) + foreign + signed.substring(i);
                assertThat(signer.verify("theme", inserted)).as(inserted).isEqualTo(invalid(Reason.MALFORMED));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void verify_cutAnywhere_isNotValid(KeyAlgorithm algorithm) {
        CookieSigner signer = signer(algorithm);
        String signed = signer.sign("theme", "dark");

        for (int i = 0; i < signed.length(); i++) {
            assertThat(signer.verify("theme", signed.substring(0, i))).isInstanceOf(Verified.Invalid.class);
            assertThat(signer.verify("theme", signed.substring(i + 1))).isInstanceOf(Verified.Invalid.class);
        }
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void verify_extended_isNotValid(KeyAlgorithm algorithm) {
        CookieSigner signer = signer(algorithm);
        String signed = signer.sign("theme", "dark");

        for (String more : List.of("A", "AA", "AAA", "AAAA", "=", "==", signed, "." + signed, "~")) {
            assertThat(signer.verify("theme", signed + more)).as(more).isInstanceOf(Verified.Invalid.class);
            assertThat(signer.verify("theme", more + signed)).as(more).isInstanceOf(Verified.Invalid.class);
        }
    }

    @Test
    void verify_headAndTagWithoutRoomForTheTag_isMalformed() {
        byte[] head = Arrays.copyOf(decode(signer(KeyAlgorithm.HMAC_SHA_256).sign("theme", "")), HEAD + 31);

        assertThat(signer(KeyAlgorithm.HMAC_SHA_256).verify("theme", encode(head)))
                .isEqualTo(invalid(Reason.MALFORMED));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "A", "=", "AAAA", "AQ", "\u00e9", "\ud800", "not base64url!", "a.b.c", "\"AAAA\""})
    void verify_noSuchForm_isMalformed(String text) {
        assertThat(signer(KeyAlgorithm.HMAC_SHA_256).verify("theme", text)).isEqualTo(invalid(Reason.MALFORMED));
    }

    @Test
    void verify_nothing_isMalformed() {
        CookieSigner signer = signer(KeyAlgorithm.HMAC_SHA_256);

        assertThat(signer.verify("theme", null)).isEqualTo(invalid(Reason.MALFORMED));
        assertThat(signer.verify("theme", null, Duration.ofDays(1))).isEqualTo(invalid(Reason.MALFORMED));
    }

    @Test
    void verify_padded_isMalformed() {
        CookieSigner signer = signer(KeyAlgorithm.HMAC_SHA_256);
        String signed = signer.sign("theme", "da");
        assertThat(decode(signed).length % 3).isZero();
        String oneLonger = signer.sign("theme", "d");

        assertThat(signer.verify("theme", oneLonger + "=")).isEqualTo(invalid(Reason.MALFORMED));
        assertThat(signer.verify("theme", signed)).isInstanceOf(Verified.Valid.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"d", "da", "dark", "darkk"})
    void verify_bitsSetBehindTheLastByte_isMalformed(String value) {
        CookieSigner signer = signer(KeyAlgorithm.HMAC_SHA_256);
        String signed = signer.sign("theme", value);
        int last = CookieFixtures.BASE64_URL.indexOf(signed.charAt(signed.length() - 1));
        int unused = signed.length() % 4 == 2 ? 4 : signed.length() % 4 == 3 ? 2 : 0;

        for (int bits = 1; bits < 1 << unused; bits++) {
            String twin = signed.substring(0, signed.length() - 1) + CookieFixtures.BASE64_URL.charAt(last | bits);
            assertThat(decode(twin)).isEqualTo(decode(signed));
            assertThat(signer.verify("theme", twin)).isEqualTo(invalid(Reason.MALFORMED));
        }
        assertThat(last & (1 << unused) - 1).isZero();
    }

    @Test
    void verify_longerThanCookiesAre_isMalformed() {
        assertThat(signer(KeyAlgorithm.HMAC_SHA_256).verify("theme", "AT8qnAE".repeat(600)))
                .isEqualTo(invalid(Reason.MALFORMED));
    }

    @Test
    void verify_maxAge_holdsToTheLastMillisecond() {
        CookieSigner signer = signer(KeyAlgorithm.HMAC_SHA_256, clock);
        String signed = signer.sign("theme", "dark");
        Duration maxAge = Duration.ofMinutes(10);

        clock.advance(maxAge.minusMillis(1));
        assertThat(signer.verify("theme", signed, maxAge)).isInstanceOf(Verified.Valid.class);

        clock.advance(Duration.ofMillis(1));
        assertThat(signer.verify("theme", signed, maxAge)).isEqualTo(invalid(Reason.EXPIRED));
        assertThat(signer.verify("theme", signed)).isInstanceOf(Verified.Valid.class);
        assertThat(signer.verify("theme", signed, maxAge.plusMillis(1))).isInstanceOf(Verified.Valid.class);
    }

    @Test
    void verify_maxAgeOfNothing_isExpiredAtOnce() {
        CookieSigner signer = signer(KeyAlgorithm.HMAC_SHA_256, clock);

        assertThat(signer.verify("theme", signer.sign("theme", "dark"), Duration.ZERO))
                .isEqualTo(invalid(Reason.EXPIRED));
    }

    @Test
    void verify_madeByAClockAhead_isNotExpired() {
        CookieSigner signer = signer(KeyAlgorithm.HMAC_SHA_256, clock);
        clock.advance(Duration.ofSeconds(30));
        String signed = signer.sign("theme", "dark");
        clock.advance(Duration.ofSeconds(-30));

        assertThat(signer.verify("theme", signed, Duration.ofSeconds(1))).isInstanceOf(Verified.Valid.class);
    }

    @Test
    void verify_forgedAndTooOld_isForged() {
        CookieSigner signer = signer(KeyAlgorithm.HMAC_SHA_256, clock);
        String signed = signer.sign("theme", "dark");
        clock.advance(Duration.ofDays(1));

        assertThat(signer.verify("other", signed, Duration.ofHours(1))).isEqualTo(invalid(Reason.FORGED));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"1970-01-01T00:00:00Z", "2038-01-19T03:14:08Z", "2106-02-07T06:28:16Z", "9999-12-31T23:59:59Z"})
    void verify_atAnyDate_knowsTheAge(Instant date) {
        clock.advance(Duration.between(NOW, date));
        CookieSigner signer = signer(KeyAlgorithm.HMAC_SHA_256, clock);
        String signed = signer.sign("theme", "dark");

        clock.advance(Duration.ofMillis(999));
        assertThat(signer.verify("theme", signed, Duration.ofSeconds(1))).isInstanceOf(Verified.Valid.class);
        clock.advance(Duration.ofMillis(1));
        assertThat(signer.verify("theme", signed, Duration.ofSeconds(1))).isEqualTo(invalid(Reason.EXPIRED));
    }

    @Test
    @SuppressWarnings("NullAway") // null is what is tested
    void verify_noMaxAge_isRefused() {
        CookieSigner signer = signer(KeyAlgorithm.HMAC_SHA_256);

        assertThatNullPointerException().isThrownBy(() -> signer.verify("theme", "x", null));
    }

    @Test
    void verify_afterRotation_isStillValid() {
        KeyRing ring = KeyRing.of(key(KeyAlgorithm.HMAC_SHA_256));
        CookieSigner signer = CookieSigner.create(ring, clock);
        String old = signer.sign("theme", "dark");

        ring.replace(KeyRotation.rotate(ring.current(), key(7, KeyAlgorithm.BLAKE3, 9), NOW.plusSeconds(60)));

        assertThat(signer.verify("theme", old)).isEqualTo(new Verified.Valid("dark", KEY_ID));
        assertThat(signer.verify("theme", signer.sign("theme", "light"))).isEqualTo(new Verified.Valid("light", 7));
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void verify_retiredKey_isGoodUntilItsDate(KeyAlgorithm algorithm) {
        KeyRing ring = KeyRing.of(key(algorithm));
        CookieSigner signer = CookieSigner.create(ring, clock);
        String old = signer.sign("theme", "dark");
        ring.replace(KeySet.of(List.of(key(algorithm).withState(new KeyState.Retired(NOW.plusSeconds(60))))));

        clock.advance(Duration.ofMillis(59_999));
        assertThat(signer.verify("theme", old)).isEqualTo(new Verified.Valid("dark", KEY_ID));

        clock.advance(Duration.ofMillis(1));
        assertThat(signer.verify("theme", old)).isEqualTo(invalid(Reason.RETIRED_KEY));
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void verify_revokedKey_isRefusedByThatName(KeyAlgorithm algorithm) {
        KeyRing ring = KeyRing.of(key(algorithm));
        CookieSigner signer = CookieSigner.create(ring);
        String old = signer.sign("theme", "dark");
        assertThat(signer.verify("theme", old)).isInstanceOf(Verified.Valid.class);

        ring.replace(KeyRotation.revoke(ring.current(), KEY_ID));

        assertThat(signer.verify("theme", old)).isEqualTo(invalid(Reason.REVOKED_KEY));
    }

    @Test
    void verify_revocationOfOneKey_leavesTheOthers() {
        SigningKey first = key(KeyAlgorithm.HMAC_SHA_256);
        KeyRing ring = KeyRing.of(first);
        CookieSigner signer = CookieSigner.create(ring);
        String old = signer.sign("theme", "dark");
        ring.replace(KeyRotation.rotate(
                ring.current(), key(7, KeyAlgorithm.HMAC_SHA_256, 9), NOW.plus(Duration.ofDays(9_999))));
        String other = signer.sign("theme", "light");

        ring.replace(KeyRotation.revoke(ring.current(), KEY_ID));

        assertThat(signer.verify("theme", old)).isEqualTo(invalid(Reason.REVOKED_KEY));
        assertThat(signer.verify("theme", other)).isInstanceOf(Verified.Valid.class);
    }

    @Test
    void verify_keyTheRingNeverHad_isUnknown() {
        String signed = CookieSigner.create(KeyRing.of(key(7, KeyAlgorithm.HMAC_SHA_256, 9)))
                .sign("theme", "dark");

        assertThat(signer(KeyAlgorithm.HMAC_SHA_256).verify("theme", signed)).isEqualTo(invalid(Reason.UNKNOWN_KEY));
    }

    @Test
    void verify_keyDroppedFromTheRing_isUnknown() {
        KeyRing ring = KeyRing.of(key(KeyAlgorithm.HMAC_SHA_256));
        CookieSigner signer = CookieSigner.create(ring);
        String old = signer.sign("theme", "dark");

        ring.replace(KeySet.EMPTY);

        assertThat(signer.verify("theme", old)).isEqualTo(invalid(Reason.UNKNOWN_KEY));
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void verify_keyPublishedAhead_isValid(KeyAlgorithm algorithm) {
        String signed = signer(algorithm).sign("theme", "dark");
        KeyRing ahead = KeyRing.of(key(algorithm).withState(new KeyState.VerifyOnly()));

        assertThat(CookieSigner.create(ahead).verify("theme", signed)).isInstanceOf(Verified.Valid.class);
    }

    @Test
    void verify_ed25519WithThePublicKeyOnly_tellsGenuineFromForged() {
        KeySet keys = KeySet.of(List.of(key(KeyAlgorithm.ED25519)));
        String signed = CookieSigner.create(KeyRing.of(keys)).sign("theme", "dark");
        KeySet publicKeys = keys.toPublic();
        CookieSigner edge = CookieSigner.create(KeyRing.of(publicKeys));

        assertThat(publicKeys.keys()).noneMatch(SigningKey::hasSecret);
        assertThat(edge.verify("theme", signed)).isEqualTo(new Verified.Valid("dark", KEY_ID));
        assertThat(edge.verify("other", signed)).isEqualTo(invalid(Reason.FORGED));
        assertThatIllegalStateException().isThrownBy(() -> edge.sign("theme", "dark"));
    }

    @Test
    void sign_noActiveKey_isRefused() {
        KeyRing ring = KeyRing.of(key(KeyAlgorithm.HMAC_SHA_256).withState(new KeyState.VerifyOnly()));

        assertThatIllegalStateException()
                .isThrownBy(() -> CookieSigner.create(ring).sign("theme", "dark"));
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void sign_largestCookie_isTakenAndOneByteMoreRefused(KeyAlgorithm algorithm) {
        CookieSigner signer = signer(algorithm);
        int room = (4096 - "theme=".length()) * 3 / 4 - HEAD - algorithm.tagLength();

        String largest = signer.sign("theme", "v".repeat(room));

        assertThat("theme=" + largest).hasSizeBetween(4094, 4096);
        assertThat(signer.verify("theme", largest)).isInstanceOf(Verified.Valid.class);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> signer.sign("theme", "v".repeat(room + 1)))
                .withMessageContaining("theme")
                .withMessageContaining("4096")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("vvv"));
    }

    @Test
    @SuppressWarnings("NullAway") // null is what is tested
    void sign_null_isRefused() {
        CookieSigner signer = signer(KeyAlgorithm.HMAC_SHA_256);

        assertThatNullPointerException().isThrownBy(() -> signer.sign(null, "dark"));
        assertThatNullPointerException().isThrownBy(() -> signer.sign("theme", null));
        assertThatNullPointerException().isThrownBy(() -> CookieSigner.create(null));
    }

    @Test
    void sign_intoASetCookie_comesBackThroughTheCookieHeader() {
        CookieSigner signer = signer(KeyAlgorithm.HMAC_SHA_256);
        CookiePolicy policy = CookiePolicy.builder().name("theme").build();

        String header = policy.cookie(signer.sign("theme", "dark; \"Ω\"")).toHeader();

        assertThat(CookieHeader.values(header, "theme"))
                .singleElement()
                .satisfies(value ->
                        assertThat(signer.verify("theme", value)).isEqualTo(new Verified.Valid("dark; \"Ω\"", KEY_ID)));
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void sign_onManyThreads_isAlwaysRight(KeyAlgorithm algorithm) throws Exception {
        CookieSigner signer = signer(algorithm);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            Callable<Set<String>> work = () -> {
                Set<String> values = new TreeSet<>();
                for (int i = 0; i < 200; i++) {
                    String signed = signer.sign("theme", "dark");
                    assertThat(signer.verify("theme", signed)).isInstanceOf(Verified.Valid.class);
                    assertThat(signer.verify("other", signed)).isInstanceOf(Verified.Invalid.class);
                    values.add(signed);
                }
                return values;
            };
            for (Future<Set<String>> values : threads.invokeAll(List.of(work, work, work, work))) {
                assertThat(values.get()).hasSize(1);
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

    private static CookieSigner signer(KeyAlgorithm algorithm) {
        return signer(algorithm, InstantSource.fixed(NOW));
    }

    private static CookieSigner signer(KeyAlgorithm algorithm, InstantSource clock) {
        return CookieSigner.create(KeyRing.of(key(algorithm)), clock);
    }

    private static Verified invalid(Reason reason) {
        return new Verified.Invalid(reason);
    }

    private static byte[] hmac(byte[] key, byte[] message) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(message);
    }

    @Test
    void sign_nameNoCookieCanHave_callersError() {
        CookieSigner signer = CookieSigner.create(KeyRing.random());

        for (String name : List.of("", "a b", "a;", "\u20ac", "\ud800")) {
            assertThatThrownBy(() -> signer.sign(name, "value")).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void sign_halfASurrogatePair_callersErrorAndNotAnotherValue() {
        CookieSigner signer = CookieSigner.create(KeyRing.random());

        assertThatThrownBy(() -> signer.sign("theme", "a\ud800b")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void verify_endlessMaxAge_neverExpired() {
        CookieSigner signer = CookieSigner.create(KeyRing.random());

        assertThat(signer.verify("theme", signer.sign("theme", "dark"), Duration.ofSeconds(Long.MAX_VALUE)))
                .isInstanceOf(Verified.Valid.class);
    }
}
