package dev.cloakroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.Lookup;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.cookie.CookieHeader;
import dev.cloakroom.cookie.CookiePolicy;
import dev.cloakroom.cookie.CookieSealer;
import dev.cloakroom.cookie.CookieSigner;
import dev.cloakroom.cookie.Rejection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks that a header without a genuine cookie causes neither a read of the store nor an exception. */
abstract class HostileHeadersChecks extends EngineFixture {

    private static final String NAME = CookiePolicy.STRICT_NAME;

    private SessionEngine engine;
    private Browser ada;

    HostileHeadersChecks(SessionEngineContract contract) {
        super(contract);
        engine = engine();
        ada = new Browser().login(engine, "ada");
    }

    @BeforeEach
    void startCounting() {
        store().reads.set(0);
    }

    private Lookup lookupWithoutRead(String header) {
        int before = store().reads.get();
        Lookup lookup = engine.lookup(header);
        assertThat(store().reads).as("store reads").hasValue(before);
        return lookup;
    }

    @Test
    void lookup_genuine_found() {
        assertThat(found(engine.lookup(ada.header())).principal()).isEqualTo("ada");
        assertThat(store().reads).hasValue(1);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                ";",
                "=",
                ";;;===;;;",
                "other=1; another=2",
                "__Host-Http-session",
                "x__Host-Http-session=AAAA",
                "__Host-Http-sessions=AAAA",
                "__host-http-session=AAAA",
                "other=\"__Host-Http-session=AAAA\"",
                "\u0000\uFFFF\uD800"
            })
    void lookup_noCookieOfOurs_absent(String header) {
        assertThat(engine.lookup(header)).isInstanceOf(Lookup.Absent.class);
        assertThat(store().reads).hasValue(0);
    }

    @Test
    void lookup_amongOtherCookies_found() {
        String genuine = ada.cookie();
        for (String header : List.of(
                "a=b; " + genuine,
                genuine + "; a=b",
                "a=b;" + genuine + ";c=d",
                "  " + genuine + "\t ;",
                "a=\"; " + genuine + "; \"",
                NAME + "; " + genuine,
                "$Version=\"1\"; " + NAME + "=\"" + ada.value() + "\";$Path=\"/\"",
                NAME + "=\"" + ada.value() + "\"",
                ";; ;" + genuine,
                "x" + NAME + "=AAAA; " + genuine)) {
            assertThat(engine.lookup(header)).as(header).isInstanceOf(Lookup.Found.class);
        }
    }

    @Test
    void lookup_genuineBehindAComma_notFound() {
        assertThat(engine.lookup("a=b, " + ada.cookie())).isInstanceOf(Lookup.Absent.class);
        assertThat(lookupWithoutRead(ada.cookie() + ", a=b")).isInstanceOf(Lookup.Rejected.class);
    }

    @Test
    void lookup_severalFields_findsTheCookieInAny() {
        for (List<String> fields : List.of(List.of("a=b", ada.cookie()), List.of(ada.cookie(), "a=b", "c=d"))) {
            assertThat(engine.lookup(CookieHeader.join(fields)))
                    .as(fields.toString())
                    .isInstanceOf(Lookup.Found.class);
        }
    }

    @Test
    void commit_quotedCookie_changesTheSession() {
        String header = NAME + "=\"" + ada.value() + "\"";
        Session session = engine.open(header);
        session.put(COAT, "red");
        clock.advance(RENEWAL);
        engine.commit(session);

        assertThat(found(engine.lookup(header)).get(COAT)).isEqualTo("red");
    }

    @Test
    void lookup_truncatedAnywhere_rejected() {
        String value = ada.value();
        for (int length = 0; length < value.length(); length++) {
            assertThat(lookupWithoutRead(NAME + "=" + value.substring(0, length)))
                    .isInstanceOf(Lookup.Rejected.class);
        }
    }

    @Test
    void lookup_anyBitFlipped_rejected() {
        byte[] bytes = Base64.getUrlDecoder().decode(ada.value());
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] flipped = bytes.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            String value = Base64.getUrlEncoder().withoutPadding().encodeToString(flipped);
            assertThat(lookupWithoutRead(NAME + "=" + value)).isInstanceOf(Lookup.Rejected.class);
        }
    }

    @Test
    void lookup_otherTextOfTheSameBytes_rejected() {
        String value = ada.value();
        for (String other : List.of(
                value + "=",
                value + "==",
                value + "A",
                "\"" + value,
                value + "\"",
                "\"\"" + value + "\"\"",
                value + " A")) {
            assertThat(lookupWithoutRead(NAME + "=" + other)).as(other).isInstanceOf(Lookup.Rejected.class);
        }
        // The encoding uses every bit of each character, so no other text decodes to the same bytes.
        assertThat(Base64.getUrlDecoder().decode(value).length % 3).isZero();
    }

    @Test
    void lookup_genuineAmongForged_foundIfAmongTheFirstFour() {
        String forged = NAME + "=" + "A".repeat(ada.value().length()) + "; ";

        assertThat(engine.lookup(forged.repeat(3) + ada.cookie())).isInstanceOf(Lookup.Found.class);
        assertThat(lookupWithoutRead(forged.repeat(4) + ada.cookie())).isInstanceOf(Lookup.Rejected.class);
    }

    @Test
    void lookup_endedAmongLive_findsTheLiveOne() {
        Browser gone = visitor(engine);
        engine.end(found(engine.lookup(gone.header())).handle());

        assertThat(found(engine.lookup(gone.cookie() + "; " + ada.cookie())).principal())
                .isEqualTo("ada");
        assertThat(engine.lookup(gone.cookie() + "; " + gone.cookie())).isInstanceOf(Lookup.Ended.class);
    }

    @Test
    void lookup_endedCookieRepeated_readsFourTimesAtMost() {
        Browser gone = visitor(engine);
        engine.end(found(engine.lookup(gone.header())).handle());
        store().reads.set(0);

        engine.lookup((gone.cookie() + "; ").repeat(100));

        assertThat(store().reads.get()).isLessThanOrEqualTo(4);
    }

    @Test
    void lookup_signedForAnotherCookie_rejected() {
        SessionEngine other = engine(settings ->
                settings.cookie(CookiePolicy.builder().name("__Host-Http-other").build()));
        Browser browser = new Browser("__Host-Http-other");
        browser.request(other, session -> session.put(COAT, "red"));

        assertThat(lookupWithoutRead(NAME + "=" + browser.value())).isEqualTo(new Lookup.Rejected(Rejection.FORGED));
    }

    @Test
    void lookup_signedForAnotherPurpose_rejected() {
        for (String value : List.of(
                CookieSigner.create(keys).sign(NAME, "x".repeat(32)),
                CookieSigner.create(keys).sign(NAME, "ada"),
                CookieSealer.create(keys).seal(NAME, "ada"))) {
            assertThat(lookupWithoutRead(NAME + "=" + value)).isInstanceOf(Lookup.Rejected.class);
        }
    }

    @Test
    void lookup_sixtyFourKibibytes_rejectedOrAbsent() {
        for (String unit : List.of(
                ";", "=", " ", "A", "\"", NAME, NAME + ";", NAME + "=", NAME + "=;", " " + NAME + "=A; ", "\u20AC")) {
            String header = unit.repeat(65_536 / unit.length());
            assertThat(lookupWithoutRead(header)).isNotInstanceOf(Lookup.Found.class);
            assertThat(lookupWithoutRead(NAME + "=" + header)).isNotInstanceOf(Lookup.Found.class);
        }
    }

    @Tag("long")
    @Test
    void lookup_longHeaderOfOneCookieEach_costGrowsLinearly() {
        // Not a measurement: in quadratic time these would take minutes.
        String spaces = NAME + "=" + " ".repeat(4_000_000) + "A";
        String names = ("x" + NAME + "=").repeat(200_000);

        assertThat(lookupWithoutRead(spaces)).isInstanceOf(Lookup.Rejected.class);
        assertThat(lookupWithoutRead(names)).isInstanceOf(Lookup.Absent.class);
    }

    @Tag("long")
    @Test
    void lookup_manyMutations_noExceptionAndNoReadUnlessGenuine() {
        Random random = new Random(1);
        String genuine = ada.cookie();
        int found = 0;
        int mutations = repetitions(1_000_000);
        for (int i = 0; i < mutations; i++) {
            String mutated = mutate(genuine, random);
            boolean hasGenuine = hasGenuine(mutated, ada.value());
            int before = store().reads.get();

            Lookup lookup = engine.lookup(mutated);

            boolean read = store().reads.get() != before;
            if (read != lookup instanceof Lookup.Found || (read && !hasGenuine)) {
                throw new AssertionError(lookup + ", read: " + read + ", for " + mutated);
            }
            found += read ? 1 : 0;
        }
        assertThat(found)
                .as("mutations that did not change the cookie")
                .isBetween(mutations / 1_000, mutations / 10 * 9);
    }

    /** Returns whether one of the pairs of a header is the genuine cookie, by a simple parser. */
    private static boolean hasGenuine(String header, String value) {
        return Arrays.stream(header.split(";"))
                .map(String::strip)
                .anyMatch(pair -> pair.equals(NAME + "=" + value) || pair.equals(NAME + "=\"" + value + "\""));
    }

    private static String mutate(String header, Random random) {
        StringBuilder text = new StringBuilder(header);
        int mutations = 1 + random.nextInt(3);
        for (int i = 0; i < mutations; i++) {
            int at = random.nextInt(text.length() + 1);
            int end = Math.min(text.length(), at + random.nextInt(20));
            switch (random.nextInt(8)) {
                case 0 -> text.delete(at, end);
                case 1 -> text.insert(at, text.substring(at, end));
                case 2 -> text.insert(at, (char) random.nextInt(0x10000));
                case 3 -> text.insert(at, ";, =\"\t".charAt(random.nextInt(6)));
                case 4 -> text.insert(at, "; ");
                case 5 -> text.insert(0, random.nextBoolean() ? NAME + "=A; " : "a=b; ");
                case 6 -> text.append(random.nextBoolean() ? "; " + NAME + "=" : "; c=d");
                default -> {
                    if (at < text.length()) {
                        text.setCharAt(at, (char) (33 + random.nextInt(94)));
                    }
                }
            }
            if (text.isEmpty()) {
                text.append(header);
            }
        }
        return text.toString();
    }

    @Test
    void open_anyRejection_newAnonymousSessionThatCostsNothing() {
        List<String> headers = new ArrayList<>(List.of("", "x=y", NAME + "=AAAA", NAME + "=" + "A".repeat(92)));
        for (String header : headers) {
            int writes = store().writes.get();
            var session = engine.open(header);
            assertThat(session.isNew()).isTrue();
            assertThat(session.principal()).isNull();
            assertThat(engine.commit(session)).isEmpty();
            assertThat(store().writes).hasValue(writes);
        }
        assertThat(store().reads).hasValue(0);
    }
}
