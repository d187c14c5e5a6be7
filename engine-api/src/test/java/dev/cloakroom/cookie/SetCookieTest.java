package dev.cloakroom.cookie;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SetCookieTest {

    private static final String ATTRIBUTES = "; Path=/; Secure; HttpOnly; SameSite=Strict";
    private static final CookiePolicy POLICY = CookiePolicy.builder().name("s").build();
    private static final int ROOM = SetCookie.MAXIMUM_SIZE - ("s=" + ATTRIBUTES).length();

    @Test
    void toHeader_plain_isNameValueAndAttributes() {
        assertThat(POLICY.cookie("v").toHeader()).isEqualTo("s=v" + ATTRIBUTES);
    }

    @Test
    void parts_ofACookie_areWhatTheHeaderSays() {
        SetCookie session = POLICY.cookie("v");
        SetCookie persistent = session.maxAge(Duration.ofMillis(60_999)).expires(Instant.parse("2026-01-02T03:04:05Z"));
        SetCookie cleared = POLICY.clear();

        assertThat(session.name()).isEqualTo("s");
        assertThat(session.value()).isEqualTo("v");
        assertThat(session.path()).isEqualTo("/");
        assertThat(session.domain()).isNull();
        assertThat(session.sameSite()).isEqualTo(SameSite.STRICT);
        assertThat(session.secure() && session.httpOnly()).isTrue();
        assertThat(session.partitioned()).isFalse();
        assertThat(session.maxAge()).isNull();
        assertThat(session.expires()).isNull();
        assertThat(persistent.value()).isEqualTo("v");
        assertThat(persistent.maxAge()).isEqualTo(Duration.ofMinutes(1));
        assertThat(persistent.expires()).isEqualTo(Instant.parse("2026-01-02T03:04:05Z"));
        assertThat(cleared.value()).isEmpty();
        assertThat(cleared.maxAge()).isZero();
        assertThat(cleared.expires()).isEqualTo(Instant.EPOCH);
    }

    @Test
    void toHeader_emptyValue_isAllowed() {
        assertThat(POLICY.cookie("").toHeader()).isEqualTo("s=" + ATTRIBUTES);
    }

    @Test
    void toHeader_maxAge_isWholeSeconds() {
        assertThat(POLICY.cookie("v").maxAge(Duration.ofMinutes(30)).toHeader())
                .isEqualTo("s=v; Max-Age=1800" + ATTRIBUTES);
    }

    @Test
    void toHeader_maxAgeWithAFraction_isRoundedDown() {
        assertThat(POLICY.cookie("v").maxAge(Duration.ofMillis(1999)).toHeader())
                .isEqualTo("s=v; Max-Age=1" + ATTRIBUTES);
    }

    @Test
    void toHeader_expires_isAnHttpDate() {
        assertThat(POLICY.cookie("v")
                        .expires(Instant.parse("1994-11-06T08:49:37Z"))
                        .toHeader())
                .isEqualTo("s=v; Expires=Sun, 06 Nov 1994 08:49:37 GMT" + ATTRIBUTES);
    }

    @Test
    void toHeader_maxAgeAndExpires_hasBoth() {
        SetCookie cookie = POLICY.cookie("v")
                .expires(Instant.parse("2026-01-02T03:04:05.999Z"))
                .maxAge(Duration.ofDays(1));

        assertThat(cookie.toHeader())
                .isEqualTo("s=v; Max-Age=86400; Expires=Fri, 02 Jan 2026 03:04:05 GMT" + ATTRIBUTES);
    }

    @Test
    void toHeader_expiresOnEveryDayOfAYear_isTheDateInEnglish() {
        DateTimeFormatter rfc1123 = DateTimeFormatter.RFC_1123_DATE_TIME.withZone(ZoneOffset.UTC);
        Set<String> days = new HashSet<>();
        for (int day = 0; day < 366; day++) {
            Instant date = Instant.parse("2028-01-01T00:00:00Z").plus(Duration.ofDays(day));
            String header = POLICY.cookie("v").expires(date).toHeader();
            String text = header.substring("s=v; Expires=".length(), header.indexOf(ATTRIBUTES));
            assertThat(text).matches("[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} 2028 00:00:00 GMT");
            assertThat(rfc1123.parse(text, Instant::from)).isEqualTo(date);
            days.add(text);
        }
        assertThat(days).hasSize(366);
    }

    @Test
    void toHeader_partitioned_isSoMarked() {
        CookiePolicy policy = CookiePolicy.builder().name("s").partitioned().build();

        assertThat(policy.cookie("v").toHeader()).isEqualTo("s=v" + ATTRIBUTES + "; Partitioned");
    }

    @Test
    void clear_partitionedWithDomainAndPath_namesTheSameCookie() {
        CookiePolicy policy = CookiePolicy.builder()
                .name("s")
                .domain("example.com")
                .path("/app")
                .sameSite(SameSite.LAX)
                .partitioned()
                .build();

        assertThat(policy.clear().toHeader())
                .isEqualTo("s=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
                        + "; Path=/app; Domain=example.com; Secure; HttpOnly; SameSite=Lax; Partitioned");
    }

    @Test
    void maxAge_leavesTheCookieItWasAskedOf() {
        SetCookie cookie = POLICY.cookie("v");

        SetCookie lasting = cookie.maxAge(Duration.ofHours(1));

        assertThat(lasting).isNotSameAs(cookie);
        assertThat(cookie.toHeader()).isEqualTo("s=v" + ATTRIBUTES);
    }

    @Test
    void maxAge_given_replacesTheOneBefore() {
        assertThat(POLICY.cookie("v")
                        .maxAge(Duration.ofHours(1))
                        .maxAge(Duration.ofHours(2))
                        .toHeader())
                .isEqualTo("s=v; Max-Age=7200" + ATTRIBUTES);
    }

    @ParameterizedTest
    @CsvSource({"PT1S,1", "PT1.999999999S,1", "P400D,34560000", "P399DT23H59M59.9S,34559999"})
    void maxAge_insideTheLimits_isTaken(Duration age, long seconds) {
        assertThat(POLICY.cookie("v").maxAge(age).toHeader()).isEqualTo("s=v; Max-Age=" + seconds + ATTRIBUTES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT0.999999999S", "PT-1S", "P400DT0.000000001S", "P401D", "PT2562047788015215H"})
    void maxAge_outsideTheLimits_isRefused(Duration age) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> POLICY.cookie("v").maxAge(age))
                .withMessageContaining("400 days")
                .withMessageContaining(age.toString());
    }

    @Test
    @SuppressWarnings("NullAway") // null is what is tested
    void maxAge_null_isRefused() {
        assertThatNullPointerException().isThrownBy(() -> POLICY.cookie("v").maxAge(null));
    }

    @Test
    void cookie_largest_isTaken() {
        assertThat(POLICY.cookie("v".repeat(ROOM)).toHeader()).hasSize(4096);
    }

    @Test
    void cookie_oneByteTooLarge_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> POLICY.cookie("v".repeat(ROOM + 1)))
                .withMessageContaining("4097")
                .withMessageContaining("4096");
    }

    @Test
    void cookie_tooLarge_isRefusedWithoutItsValue() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> POLICY.cookie("v".repeat(5000)))
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("vvv"));
    }

    @Test
    void maxAge_thatMakesTheCookieTooLarge_isRefused() {
        SetCookie cookie = POLICY.cookie("v".repeat(ROOM - "; Max-Age=10".length()));

        assertThat(cookie.maxAge(Duration.ofSeconds(10)).toHeader()).hasSize(4096);
        assertThatIllegalArgumentException().isThrownBy(() -> cookie.maxAge(Duration.ofSeconds(100)));
    }

    @Test
    void expires_thatMakesTheCookieTooLarge_isRefused() {
        SetCookie cookie = POLICY.cookie("v".repeat(ROOM));

        assertThatIllegalArgumentException().isThrownBy(() -> cookie.expires(Instant.EPOCH));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                " ",
                "a b",
                " a",
                "a ",
                "\"",
                "\"a\"",
                ",",
                ";",
                "\\",
                "a\r\nSet-Cookie: x=y",
                "\r",
                "\n",
                "\t",
                "\0",
                "\u007f",
                "\u0080",
                "\u00a0",
                "\u00e9",
                "\u0120",
                "ключ",
                "\ud83d\ude00",
                "\ud800",
                "v; Domain=evil.example"
            })
    void cookie_badValue_isRefused(String value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> POLICY.cookie(value))
                .withMessageContaining("the cookie s ")
                .withMessageContaining("index");
    }

    @Test
    void cookie_badValue_isRefusedWithItsPlaceAndWithoutTheValue() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> POLICY.cookie("secret;"))
                .withMessageContaining("index 6")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
    }

    @Test
    void cookie_eachCharacter_isTakenIfAndOnlyIfRfc6265AllowsIt() {
        StringBuilder taken = new StringBuilder();
        for (int c = 0; c <= Character.MAX_VALUE; c++) {
            try {
                POLICY.cookie(String.valueOf((char) c));
                taken.append((char) c);
            } catch (IllegalArgumentException e) {
                continue;
            }
        }
        // cookie-octet = %x21 / %x23-2B / %x2D-3A / %x3C-5B / %x5D-7E
        assertThat(taken)
                .hasToString(
                        "!#$%&'()*+-./0123456789:<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~");
    }

    @Property
    void toHeader_anyValueTaken_isReadBackByCookieHeader(@ForAll("values") String value) {
        String header = POLICY.cookie(value).toHeader();

        assertThat(CookieHeader.values(header, "s")).containsExactly(value);
        assertThat(header).matches("[\\x20-\\x7e]+");
    }

    @Test
    void toString_hidesTheValue() {
        assertThat(POLICY.cookie("secret")).hasToString("s=…" + ATTRIBUTES);
    }

    @Provide
    Arbitrary<String> values() {
        return Arbitraries.strings()
                .withCharRange('!', '~')
                .filter(value -> value.chars().noneMatch(c -> "\",;\\".indexOf(c) >= 0));
    }

    @Test
    void expires_yearThatTheFormatCannotExpress_refused() {
        SetCookie cookie = CookiePolicy.strict().cookie("a");

        for (String date : List.of("1600-12-31T23:59:59Z", "+10000-01-01T00:00:00Z", "-0044-03-15T12:00:00Z")) {
            assertThatThrownBy(() -> cookie.expires(Instant.parse(date))).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(cookie.expires(Instant.parse("9999-12-31T23:59:59Z")).toHeader())
                .contains("; Expires=Fri, 31 Dec 9999 23:59:59 GMT");
    }

    @Test
    void toString_persistent_tellsAllButTheValue() {
        SetCookie cookie = CookiePolicy.strict().cookie("secret").maxAge(Duration.ofDays(1));

        assertThat(cookie.toString()).isEqualTo(cookie.toHeader().replace("secret", "\u2026"));
    }
}
