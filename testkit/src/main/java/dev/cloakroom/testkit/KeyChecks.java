package dev.cloakroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.Lookup;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.cookie.Rejection;
import dev.cloakroom.key.KeyAlgorithm;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.key.KeyRotation;
import dev.cloakroom.key.SigningKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Checks sessions while keys are rotated and revoked under a running engine. */
abstract class KeyChecks extends EngineFixture {

    private static final Duration OVERLAP = Duration.ofHours(1);

    KeyChecks(SessionEngineContract contract) {
        super(contract);
    }

    /** Rotates to a new key and returns the old one's id. */
    private int rotate() {
        int old = keys.current().signer().id();
        Instant until = clock.instant().plus(OVERLAP);
        keys.replace(KeyRotation.rotate(keys.current(), SigningKey.generate(KeyAlgorithm.AES_256_CMAC), until));
        return old;
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void lookup_everyAlgorithm_acceptsItsOwnAndNoOther(KeyAlgorithm algorithm) {
        SessionEngine engine = engine(KeyRing.of(SigningKey.generate(algorithm)), store(), settings -> settings);
        SessionEngine stranger = engine(KeyRing.of(SigningKey.generate(algorithm)), store(), settings -> settings);
        Browser browser = new Browser().login(engine, "ada");
        Browser strangers = new Browser().login(stranger, "ada");

        assertThat(found(engine.lookup(browser.header())).principal()).isEqualTo("ada");
        assertThat(engine.lookup(strangers.header())).isEqualTo(new Lookup.Rejected(Rejection.UNKNOWN_KEY));
        String forged = browser.value().substring(0, 60)
                + (browser.value().charAt(60) == '0' ? '1' : '0')
                + browser.value().substring(61);
        assertThat(engine.lookup(browser.cookie().replace(browser.value(), forged)))
                .isEqualTo(new Lookup.Rejected(Rejection.FORGED));
    }

    @Test
    void rotate_oldCookies_staysLoggedInAndGetsACookieOfTheNewKey() {
        SessionEngine engine = engine();
        Browser browser = new Browser().login(engine, "ada");
        String signedByOld = browser.value();

        rotate();

        assertThat(isFound(engine, browser)).isTrue();
        browser.request(engine);
        assertThat(browser.value()).isNotEqualTo(signedByOld);
        clock.advance(OVERLAP.minusSeconds(1).dividedBy(3));
        browser.request(engine);
        clock.advance(OVERLAP.dividedBy(3));
        browser.request(engine);
        clock.advance(OVERLAP.dividedBy(3).plusSeconds(2));
        assertThat(found(engine.lookup(browser.header())).principal()).isEqualTo("ada");
    }

    @Test
    void rotate_parallelRequestsOfOldCookie_getTheSameCookieOfTheNewKey() {
        SessionEngine engine = engine();
        rotate();
        Browser browser = new Browser().login(engine, "ada");
        Browser parallel = browser.copy();
        rotate();

        browser.request(engine);
        parallel.request(engine);

        assertThat(parallel.value()).isEqualTo(browser.value());
    }

    @Test
    void rotate_betweenParallelRequestsOfOldCookie_bothStayLoggedIn() {
        SessionEngine engine = engine(keys, store(), settings -> settings.renewalInterval(Duration.ofMinutes(1)));
        Browser browser = new Browser().login(engine, "ada");
        Browser parallel = browser.copy();
        clock.advance(Duration.ofMinutes(1));

        browser.request(engine);
        rotate();
        parallel.request(engine);
        clock.advance(Duration.ofMinutes(1));

        assertThat(parallel.value()).isEqualTo(browser.value());
        assertThat(parallel.request(engine).principal()).isEqualTo("ada");
    }

    @Test
    void rotate_cookieNotSeenUntilTheKeysTimeIsOver_rejected() {
        SessionEngine engine = engine(settings -> settings.idleTimeout(Duration.ofHours(2)));
        Browser browser = new Browser().login(engine, "ada");
        rotate();

        clock.advance(OVERLAP.minusMillis(1));
        assertThat(isFound(engine, browser)).isTrue();
        clock.advance(Duration.ofMillis(1));
        assertThat(engine.lookup(browser.header())).isEqualTo(new Lookup.Rejected(Rejection.RETIRED_KEY));
    }

    @Test
    void revoke_aKey_logsOutExactlyItsCookies() {
        SessionEngine engine = engine();
        Browser olds = new Browser().login(engine, "ada");
        int old = rotate();
        Browser news = new Browser().login(engine, "ada");

        keys.replace(KeyRotation.revoke(keys.current(), old));

        assertThat(engine.lookup(olds.header())).isEqualTo(new Lookup.Rejected(Rejection.REVOKED_KEY));
        assertThat(isFound(engine, news)).isTrue();
    }

    @Test
    void sessionsOf_acrossARotation_complete() {
        SessionEngine engine = engine();
        Browser one = new Browser().login(engine, "ada");
        new Browser().login(engine, "ada");
        rotate();
        new Browser().login(engine, "ada");
        assertThat(engine.sessionsOf("ada")).hasSize(3);

        one.request(engine);

        assertThat(engine.sessionsOf("ada")).hasSize(3);
        assertThat(engine.logoutEverywhere("ada")).isEqualTo(3);
        assertThat(isFound(engine, one)).isFalse();
    }

    @Test
    void rotate_sealedSession_staysReadableAndIsSealedAnew() {
        SessionEngine engine = engine(settings -> settings.sealing(true));
        Browser browser = new Browser();
        browser.request(engine, session -> {
            session.put(COAT, "red");
            session.login("ada");
        });
        int old = rotate();
        assertThat(found(engine.lookup(browser.header())).get(COAT)).isEqualTo("red");
        browser.request(engine);

        keys.replace(KeyRotation.revoke(keys.current(), old));

        assertThat(found(engine.lookup(browser.header())).get(COAT)).isEqualTo("red");
    }

    @Test
    void rotate_whileRequestsRun_logsNobodyOut() {
        SessionEngine engine = engine();
        Browser first = new Browser().login(engine, "ada");
        first.request(engine, session -> session.put(VISITS, 0L));
        List<Browser> browsers = List.of(first.copy(), first.copy(), first.copy(), first.copy());
        int rounds = 10;
        int perRound = 100;

        for (int round = 0; round < rounds; round++) {
            Concurrently.run(browsers.size(), thread -> {
                for (int i = 0; i < perRound; i++) {
                    if (thread == 0 && i == perRound / 2) {
                        rotate();
                    }
                    Session session = browsers.get(thread)
                            .request(engine, each -> each.update(VISITS, n -> Objects.requireNonNull(n) + 1));
                    assertThat(session.principal()).isEqualTo("ada");
                }
                return null;
            });
            // Each browser sends a request between two rotations, as the overlap requires.
            browsers.forEach(browser -> browser.request(engine));
        }

        Session session = found(engine.lookup(browsers.get(0).header()));
        assertThat(session.get(VISITS)).isEqualTo((long) rounds * perRound * browsers.size());
        assertThat(engine.sessionsOf("ada")).hasSize(1);
    }

    @Test
    void build_keysThatCannotSign_refused() {
        KeyRing verifying = KeyRing.of(
                KeyRing.of(SigningKey.generate(KeyAlgorithm.ED25519)).current().toPublic());

        assertThatThrownBy(() -> engine(verifying, store(), settings -> settings))
                .isInstanceOf(IllegalStateException.class);
    }

    // CSRF tokens

    @Test
    void csrfToken_ownSession_goodAndMaskedAfreshEachTime() {
        SessionEngine engine = engine();
        Browser browser = new Browser().login(engine, "ada");
        Session session = found(engine.lookup(browser.header()));
        String token = session.csrfToken();

        assertThat(session.csrfToken()).isNotEqualTo(token);
        clock.advance(RENEWAL);
        browser.request(engine);
        rotate();
        browser.request(engine);
        assertThat(found(engine.lookup(browser.header())).isCsrfToken(token)).isTrue();
    }

    @Test
    void csrfToken_anyOther_refused() {
        SessionEngine engine = engine();
        Browser browser = visitor(engine);
        Session session = found(engine.lookup(browser.header()));
        String token = session.csrfToken();
        Session others = found(engine.lookup(visitor(engine).header()));

        assertThat(session.isCsrfToken(token)).isTrue();
        assertThat(others.isCsrfToken(token)).isFalse();
        for (String wrong : List.of("", "A", "A".repeat(86), token + "A", token.substring(1), "\u20AC".repeat(86))) {
            assertThat(session.isCsrfToken(wrong)).as(wrong).isFalse();
        }
        assertThat(session.isCsrfToken(null)).isFalse();
        browser.login(engine, "ada");
        assertThat(found(engine.lookup(browser.header())).isCsrfToken(token))
                .as("after the login")
                .isFalse();
    }

    @Test
    void csrfToken_sessionThatHoldsNothing_callersError() {
        Session session = engine().open((String) null);

        assertThatThrownBy(session::csrfToken).isInstanceOf(IllegalStateException.class);
        session.put(COAT, "red");
        assertThat(session.isCsrfToken(session.csrfToken())).isTrue();
    }
}
