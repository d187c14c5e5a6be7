package dev.cloakroom.cookie;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.cloakroom.internal.text.CookiePairs;
import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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

class CookieHeaderTest {

    /** Detects a hang. Linear time needs far less than this, also on a busy machine. */
    private static final Duration HANG = Duration.ofSeconds(60);

    /** So long that a search in quadratic time would take hours. */
    private static final int HOSTILE_LENGTH = 16 << 20;

    @Test
    void join_oneHeader_isItself() {
        assertThat(CookieHeader.join(List.of("a=1; b=2"))).isEqualTo("a=1; b=2");
    }

    @Test
    void join_splitHeader_isSeparatedBySemicolons() {
        assertThat(CookieHeader.join(List.of("a=1", "b=2; c=3", "d=4"))).isEqualTo("a=1; b=2; c=3; d=4");
    }

    @Test
    void join_noFields_isNull() {
        assertThat(CookieHeader.join(null)).isNull();
        assertThat(CookieHeader.join(List.of())).isNull();
    }

    @Test
    void join_oneField_isNotCopied() {
        String field = new String("a=1");

        assertThat(CookieHeader.join(List.of(field))).isSameAs(field);
        assertThat(CookieHeader.join(Set.of(field))).isSameAs(field);
    }

    @Test
    void join_cookieInTheSecondField_isFound() {
        assertThat(CookieHeader.values(CookieHeader.join(List.of("t=1", "s=2")), "s"))
                .containsExactly("2");
        assertThat(CookieHeader.values(CookieHeader.join(List.of("", "s=2")), "s"))
                .containsExactly("2");
    }

    @Test
    void join_nullField_callersError() {
        assertThatThrownBy(() -> CookieHeader.join(Arrays.asList("a=1", null)))
                .isInstanceOf(NullPointerException.class);
    }

    @Test
    void join_headersWithTheSameCookie_keepsBoth() {
        String header = CookieHeader.join(List.of("s=1", "s=2"));

        assertThat(CookieHeader.values(header, "s")).containsExactly("1", "2");
    }

    @Test
    void values_noHeader_isEmpty() {
        assertThat(CookieHeader.values(null, "s")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", ";", ";;;", "=", "=;=", "t=1", "s", "s;", "; s ;", "=s", "==s", "t=s", "t=s=1"})
    void values_headerWithoutTheCookie_isEmpty(String header) {
        assertThat(CookieHeader.values(header, "s")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "'s=1','1'",
                "'s=1;t=2','1'",
                "'t=2; s=1','1'",
                "'t=2;s=1;u=3','1'",
                "';;s=1;;','1'",
                "'no pair; s=1','1'",
                "'=x; s=1','1'",
                "'s=a=b==','a=b=='",
                "'s==','='",
            })
    void values_headerWithTheCookie_isItsValue(String header, String value) {
        assertThat(CookieHeader.values(header, "s")).containsExactly(value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"s=1", " s=1", "\ts=1", "t=2;s=1", "t=2; \t s=1", "s=1 ", "s=1\t", "s=1 \t ;t=2", " \t s=1\t \t"
            })
    void values_spacesAndTabsAroundThePair_areDropped(String header) {
        assertThat(CookieHeader.values(header, "s")).containsExactly("1");
    }

    @Test
    void values_spacesInsideTheValue_areKept() {
        assertThat(CookieHeader.values("s=1 \t2", "s")).containsExactly("1 \t2");
    }

    @Test
    void values_spaceBetweenNameAndEquals_isAnotherName() {
        assertThat(CookieHeader.values("s =1; s\t=2", "s")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u00a0s=1", "\ns=1", "\rs=1", "\u000bs=1", "\0s=1", "\u2003s=1", ",s=1", "&s=1"})
    void values_otherCharacterBeforeTheName_isAnotherName(String header) {
        assertThat(CookieHeader.values(header, "s")).isEmpty();
    }

    @Test
    void values_comma_doesNotSeparate() {
        assertThat(CookieHeader.values("s=1, s=2", "s")).containsExactly("1, s=2");
    }

    /** A sibling domain may set the first cookie; a browser refuses it the second. */
    @Test
    void values_nameWithPrefixBehindAComma_isPartOfTheOtherCookie() {
        String header = "tossed=1, __Host-session=forged; __Host-session=genuine";

        assertThat(CookieHeader.values(header, "__Host-session")).containsExactly("genuine");
        assertThat(CookieHeader.values(header, "tossed")).containsExactly("1, __Host-session=forged");
    }

    @ParameterizedTest
    @ValueSource(strings = {"s=", " s= ", "t=1; s=", "s=;t=1", "s= ;t=1", "s=\t;"})
    void values_cookieWithoutAValue_isEmptyText(String header) {
        assertThat(CookieHeader.values(header, "s")).containsExactly("");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "'s=\"1\"','1'",
                "'s=\"1\" ; t=2','1'",
                "'$Version=1; s=\"1\"; $Path=\"/\"','1'",
                "'s=\"\"',''",
                "'s=\"','\"'",
                "'s=\"1','\"1'",
                "'s=1\"','1\"'",
                "'s=\"\"1\"\"','\"1\"'",
                "'s=\"1\"2','\"1\"2'",
            })
    void values_quotesAroundTheWholeValue_areStripped(String header, String value) {
        assertThat(CookieHeader.values(header, "s")).containsExactly(value);
    }

    @Test
    void values_headerOfJavaNetCookieManager_isTheValue() throws IOException {
        URI uri = URI.create("http://localhost/");
        CookieManager manager = new CookieManager();
        manager.put(uri, Map.of("Set-Cookie", List.of("s=1; Path=/; Max-Age=60")));

        List<String> fields = manager.get(uri, Map.of()).get("Cookie");

        assertThat(fields).anyMatch(field -> field.startsWith("s=\"1\""));
        assertThat(CookieHeader.values(CookieHeader.join(fields), "s")).containsExactly("1");
    }

    @Test
    void values_quoteLeftOpen_doesNotSwallowTheCookieBehind() {
        assertThat(CookieHeader.values("t=\"; s=1; u=\"", "s")).containsExactly("1");
    }

    @Test
    void values_semicolonInQuotes_endsTheValue() {
        assertThat(CookieHeader.values("s=\"1;2\"", "s")).containsExactly("\"1");
    }

    @Test
    void values_backslashBeforeASemicolon_doesNotEscape() {
        assertThat(CookieHeader.values("t=\\; s=1\\; s=2", "s")).containsExactly("1\\", "2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "xsession=1",
                "sessionx=1",
                "my-session=1",
                "session-2=1",
                "__Host-session=1",
                "sessionsession=1",
                "Session=1",
                "SESSION=1"
            })
    void values_nameThatContainsTheName_doesNotMatch(String header) {
        assertThat(CookieHeader.values(header, "session")).isEmpty();
    }

    @Test
    void values_nameInsideAnotherValue_doesNotMatch() {
        assertThat(CookieHeader.values("t=session=1; u=x session=2; session=3", "session"))
                .containsExactly("3");
    }

    @Test
    void values_nameBehindItsOwnBeginning_matches() {
        assertThat(CookieHeader.values("aa; aaa=1; a=2; aa=3", "aa")).containsExactly("3");
    }

    @Test
    void values_upToFour_areAllThereInTheirOrder() {
        assertThat(CookieHeader.values("s=1;s=2; s=3 ;\ts=4", "s")).containsExactly("1", "2", "3", "4");
    }

    @Test
    void values_moreThanFour_areTheFirstFour() {
        assertThat(CookieHeader.values("s=1; s=2; t=x; s=3; s=4; s=5; s=6", "s"))
                .containsExactly("1", "2", "3", "4");
    }

    @Test
    void values_nonAsciiHeader_isReadAsItStands() {
        assertThat(CookieHeader.values("ключ=1; s=\u00e9\ud83d\ude00\ud83d; t=2", "s"))
                .containsExactly("\u00e9\ud83d\ude00\ud83d");
    }

    @Test
    void find_match_tellsStartAndEndOfTheValue() {
        long pair = CookiePairs.find("t=1; s=abc ; s=d", "s", 0);

        assertThat(CookiePairs.start(pair)).isEqualTo(7);
        assertThat(CookiePairs.end(pair)).isEqualTo(10);
    }

    @Test
    void find_fromTheEndOfTheValueBefore_findsTheOneBehind() {
        String header = "t=1; s=abc ; s=d";
        long first = CookiePairs.find(header, "s", 0);

        long second = CookiePairs.find(header, "s", CookiePairs.end(first));

        assertThat(textOf(header, second)).isEqualTo("d");
        assertThat(CookiePairs.find(header, "s", CookiePairs.end(second))).isEqualTo(CookiePairs.NONE);
    }

    @Test
    void find_noMatch_isNone() {
        assertThat(CookiePairs.find("t=1", "s", 0)).isEqualTo(CookiePairs.NONE);
    }

    @Test
    void find_fromTheHeadersEnd_isNone() {
        assertThat(CookiePairs.find("s=1", "s", 3)).isEqualTo(CookiePairs.NONE);
    }

    @Test
    void find_manyCookies_findsMoreThanFour() {
        assertThat(allValues("s=1; s=2; s=3; s=4; s=5", "s")).containsExactly("1", "2", "3", "4", "5");
    }

    @Property
    void find_anyHeader_findsWhatSplittingFinds(@ForAll("headers") String header, @ForAll("names") String name) {
        assertThat(allValues(header, name)).isEqualTo(oracle(header, name));
    }

    @Property
    void values_anyHeader_areTheFirstFourThatSplittingFinds(
            @ForAll("headers") String header, @ForAll("names") String name) {
        List<String> expected = oracle(header, name);

        assertThat(CookieHeader.values(header, name)).isEqualTo(expected.subList(0, Math.min(4, expected.size())));
    }

    @Property
    void values_headerSplitAnywhereBetweenPairs_areThoseOfTheWhole(
            @ForAll("pairs") List<String> pairs, @ForAll("names") String name) {
        String whole = String.join(";", pairs);

        assertThat(CookieHeader.values(CookieHeader.join(pairs), name)).isEqualTo(CookieHeader.values(whole, name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"s", "s=", "s =", "=s", ";s", "; s", " s", "s ", " ", "\t", "=", "\"s=", "t=s", "s;", "ss="})
    void values_longHostileHeader_takeTimeInProportion(String pattern) {
        String header = pattern.repeat(HOSTILE_LENGTH / pattern.length());

        List<String> values = assertTimeoutPreemptively(HANG, () -> CookieHeader.values(header, "s"));

        assertThat(values.isEmpty()).isEqualTo(!pattern.equals("s="));
    }

    @ParameterizedTest
    @ValueSource(strings = {"s=;", "s=1; ", "s=  ;", "t;s=;"})
    void find_longHeaderOfMatches_takesTimeInProportion(String pattern) {
        int repetitions = HOSTILE_LENGTH / 4 / pattern.length();
        String header = pattern.repeat(repetitions);

        int found = assertTimeoutPreemptively(HANG, () -> count(header, "s"));

        assertThat(found).isEqualTo(repetitions);
    }

    @Test
    void find_spacesWithoutEndBetweenNames_takesTimeInProportion() {
        String header = ("s" + " ".repeat(HOSTILE_LENGTH / 8)).repeat(8) + "; s=1";

        long pair = assertTimeoutPreemptively(HANG, () -> CookiePairs.find(header, "s", 0));

        assertThat(textOf(header, pair)).isEqualTo("1");
    }

    @Provide
    Arbitrary<String> headers() {
        return Arbitraries.strings().withChars("ab=; \t\",\\\0\u00e9").ofMaxLength(40);
    }

    @Provide
    Arbitrary<List<String>> pairs() {
        return Arbitraries.strings().withChars("ab= \t\"").ofMaxLength(8).list().ofMaxSize(8);
    }

    @Provide
    Arbitrary<String> names() {
        return Arbitraries.of("a", "b", "aa", "ab", "aba", "\u00e9");
    }

    /** What the header means, told as plainly as can be. */
    private static List<String> oracle(String header, String name) {
        List<String> values = new ArrayList<>();
        for (String part : header.split(";", -1)) {
            String pair = part.replaceAll("^[ \t]+|[ \t]+$", "");
            int equals = pair.indexOf('=');
            if (equals >= 0 && pair.substring(0, equals).equals(name)) {
                values.add(pair.substring(equals + 1).replaceAll("^\"(.*)\"$", "$1"));
            }
        }
        return values;
    }

    private static List<String> allValues(String header, String name) {
        List<String> values = new ArrayList<>();
        for (long pair = CookiePairs.find(header, name, 0);
                pair != CookiePairs.NONE;
                pair = CookiePairs.find(header, name, CookiePairs.end(pair))) {
            values.add(textOf(header, pair));
        }
        return values;
    }

    private static int count(String header, String name) {
        int count = 0;
        for (long pair = CookiePairs.find(header, name, 0);
                pair != CookiePairs.NONE;
                pair = CookiePairs.find(header, name, CookiePairs.end(pair))) {
            count++;
        }
        return count;
    }

    private static String textOf(String header, long pair) {
        return header.substring(CookiePairs.start(pair), CookiePairs.end(pair));
    }

    @Test
    void find_emptyName_callersError() {
        assertThatThrownBy(() -> CookiePairs.find("=a", "", 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CookieHeader.values("=a", "")).isInstanceOf(IllegalArgumentException.class);
    }
}
