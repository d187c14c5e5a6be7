package dev.cloakroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.EndReason;
import dev.cloakroom.Lookup;
import dev.cloakroom.Persistence;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEndedException;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.SessionEvent;
import dev.cloakroom.SessionHandle;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Checks when sessions begin, how long they live, when their ids change, and that an ended session stays ended. */
abstract class LifetimeChecks extends EngineFixture {

    private static final Duration MILLISECOND = Duration.ofMillis(1);

    LifetimeChecks(SessionEngineContract contract) {
        super(contract);
    }

    private static Lookup ended(EndReason reason) {
        return new Lookup.Ended(reason);
    }

    // The beginning

    @Test
    void open_nothingPut_setsNoCookieAndWritesNothing() {
        SessionEngine engine = engine();

        Session session = engine.open((String) null);
        assertThat(session.isNew()).isTrue();
        assertThat(session.get(COAT)).isNull();
        assertThat(engine.commit(session)).isEmpty();

        assertThat(store().writes).hasValue(0);
        assertThat(store().sessions()).isZero();
    }

    @Test
    void commit_somethingPut_storesAndSetsTheStrictCookieOnce() {
        SessionEngine engine = engine();
        Session session = engine.open((String) null);
        session.put(COAT, "red");

        List<String> cookies = engine.commit(session);

        assertThat(cookies)
                .singleElement()
                .asString()
                .matches("__Host-Http-session=[A-Za-z0-9_-]{92}" + "; Path=/; Secure; HttpOnly; SameSite=Strict");
        assertThat(session.isNew()).isFalse();
        assertThat(engine.commit(session)).isEmpty();
        assertThat(store().sessions()).isEqualTo(1);
    }

    @Test
    void open_committedBefore_readsWhatWasPut() {
        SessionEngine engine = engine();
        Browser browser = visitor(engine);

        Session session = engine.open(browser.header());

        assertThat(session.isNew()).isFalse();
        assertThat(session.get(COAT)).isEqualTo("red");
        assertThat(session.attributeNames()).containsExactly("coat");
        assertThat(session.createdAt()).isEqualTo(clock.instant());
        assertThat(engine.commit(session)).isEmpty();
    }

    @Test
    void handle_wholeLife_staysTheSame() {
        SessionEngine engine = engine();
        Browser browser = new Browser();
        SessionHandle handle =
                browser.request(engine, session -> session.put(COAT, "red")).handle();

        browser.login(engine, "ada");
        clock.advance(RENEWAL);
        Session renewed = browser.request(engine);

        assertThat(renewed.handle()).isEqualTo(handle);
        assertThat(SessionHandle.parse(handle.toString())).isEqualTo(handle);
        assertThat(browser.value()).doesNotContain(handle.toString());
    }

    // The idle timeout

    @Test
    void lookup_idleForLessThanTheTimeout_found() {
        SessionEngine engine = engine();
        Browser browser = visitor(engine);

        clock.advance(IDLE.minus(MILLISECOND));

        assertThat(isFound(engine, browser)).isTrue();
    }

    @Test
    void lookup_idleForTheTimeout_endedThoughNothingSweptIt() {
        SessionEngine engine = engine();
        Browser browser = visitor(engine);

        clock.advance(IDLE.plus(TOUCH));

        assertThat(engine.lookup(browser.header())).isEqualTo(ended(EndReason.IDLE_TIMEOUT));
        assertThat(store().sessions()).isEqualTo(1);
        assertThat(engine.open(browser.header()).isNew()).isTrue();
    }

    @Test
    void lookup_accessedWithinTheTouchInterval_neverEndsEarly() {
        SessionEngine engine = engine();
        Browser browser = visitor(engine);

        clock.advance(TOUCH.minus(MILLISECOND));
        assertThat(isFound(engine, browser)).isTrue();
        assertThat(store().touches).hasValue(0);

        clock.advance(IDLE.minus(MILLISECOND));
        assertThat(isFound(engine, browser)).isTrue();
    }

    @Test
    void lookup_again_storesTheAccessOncePerTouchInterval() {
        SessionEngine engine = engine();
        Browser browser = visitor(engine);

        for (int i = 0; i < 100; i++) {
            clock.advance(Duration.ofMillis(100));
            assertThat(isFound(engine, browser)).isTrue();
        }

        assertThat(store().touches).hasValue(10);
        assertThat(store().writes).hasValue(1);
    }

    @Test
    void lookup_usedNowAndThen_livesOn() {
        SessionEngine engine = engine(settings -> settings.renewalInterval(ABSOLUTE));
        Browser browser = visitor(engine);

        for (Duration lived = Duration.ZERO; lived.compareTo(ABSOLUTE.minus(IDLE)) < 0; lived = lived.plus(IDLE)) {
            clock.advance(IDLE);
            assertThat(found(engine.lookup(browser.header())).lastAccessedAt()).isEqualTo(clock.instant());
        }
    }

    @Test
    void lookup_clockGoesBack_lastAccessDoesNot() {
        SessionEngine engine = engine();
        Browser browser = visitor(engine);
        clock.advance(Duration.ofMinutes(5));
        Instant latest = found(engine.lookup(browser.header())).lastAccessedAt();

        clock.advance(Duration.ofMinutes(-3));
        browser.request(engine, session -> session.put(HAT, "bowler"));

        assertThat(found(engine.lookup(browser.header())).lastAccessedAt()).isEqualTo(latest);
    }

    // The absolute timeout

    @Test
    void lookup_absoluteTimeout_endsHoweverMuchItIsUsed() {
        SessionEngine engine = engine(settings -> settings.absoluteTimeout(Duration.ofHours(1)));
        Browser browser = new Browser().login(engine, "ada");
        for (int minute = 0; minute < 59; minute++) {
            clock.advance(Duration.ofMinutes(1));
            assertThat(browser.request(engine).principal()).isEqualTo("ada");
        }

        clock.advance(Duration.ofMinutes(1).minus(MILLISECOND));
        assertThat(isFound(engine, browser)).isTrue();
        clock.advance(MILLISECOND);
        assertThat(engine.lookup(browser.header())).isEqualTo(ended(EndReason.ABSOLUTE_TIMEOUT));
    }

    // Login

    @Test
    void login_anonymousBefore_oldIdDiesAtOnce() {
        SessionEngine engine = engine();
        Browser browser = visitor(engine);
        Browser attacker = browser.copy();

        browser.login(engine, "ada");

        assertThat(engine.lookup(attacker.header())).isEqualTo(ended(EndReason.SUPERSEDED));
        Session session = found(engine.lookup(browser.header()));
        assertThat(session.principal()).isEqualTo("ada");
        assertThat(session.get(COAT)).isEqualTo("red");
        assertThat(store().sessions()).isEqualTo(1);
    }

    @Test
    void login_requestWithTheOldIdUnderWay_cannotWriteIntoTheSession() {
        SessionEngine engine = engine();
        Browser browser = visitor(engine);
        Session attackers = engine.open(browser.header());
        attackers.put(COAT, "poisoned");

        browser.login(engine, "ada");

        assertThat(engine.commit(attackers)).isEmpty();
        assertThat(attackers.isEnded()).isTrue();
        assertThat(found(engine.lookup(browser.header())).get(COAT)).isEqualTo("red");
    }

    @Test
    void logout_requestWithTheOldIdUnderWay_cannotEndTheSession() {
        SessionEngine engine = engine();
        Browser browser = visitor(engine);
        Session attackers = engine.open(browser.header());

        browser.login(engine, "ada");
        attackers.logout();

        assertThat(isFound(engine, browser)).isTrue();
    }

    @Test
    void login_again_newIdAgain() {
        SessionEngine engine = engine();
        Browser browser = new Browser().login(engine, "ada");
        Browser copy = browser.copy();

        browser.login(engine, "ada");

        assertThat(isFound(engine, browser)).isTrue();
        assertThat(engine.lookup(copy.header())).isEqualTo(ended(EndReason.SUPERSEDED));
        assertThat(engine.sessionsOf("ada")).hasSize(1);
    }

    @Test
    void login_otherPrincipal_startsAFreshSession() {
        SessionEngine engine = engine();
        Browser browser = new Browser().login(engine, "ada");
        SessionHandle adas =
                browser.request(engine, session -> session.put(COAT, "ada's")).handle();

        Session session = browser.request(engine, request -> request.login("bob"));

        assertThat(session.handle()).isNotEqualTo(adas);
        assertThat(session.get(COAT)).isNull();
        assertThat(engine.sessionsOf("ada")).isEmpty();
        assertThat(engine.sessionsOf("bob")).hasSize(1);
    }

    @Test
    void login_sessionEndedMeanwhile_getsAFreshOne() {
        SessionEngine engine = engine();
        Browser browser = visitor(engine);
        Session session = engine.open(browser.header());
        engine.end(session.handle());

        session.put(HAT, "bowler");
        session.login("ada");
        browser.receive(engine.commit(session));

        Session fresh = found(engine.lookup(browser.header()));
        assertThat(fresh.principal()).isEqualTo("ada");
        assertThat(fresh.get(HAT)).isEqualTo("bowler");
        assertThat(fresh.get(COAT)).as("the ended session's attribute").isNull();
    }

    @Test
    void login_persistent_cookieLivesAsLongAsTheSession() {
        SessionEngine engine = engine(settings -> settings.persistentTimeouts(Duration.ofDays(7), Duration.ofDays(30)));
        Browser browser = new Browser();
        Session session = engine.open((String) null);
        session.login("ada", Persistence.PERSISTENT);
        List<String> cookies = engine.commit(session);
        browser.receive(cookies);
        assertThat(cookies).singleElement().asString().contains("; Max-Age=2592000");

        clock.advance(Duration.ofDays(6));
        List<String> renewed = engine.commit(engine.open(browser.header()));
        browser.receive(renewed);
        assertThat(renewed)
                .singleElement()
                .asString()
                .contains("; Max-Age=" + Duration.ofDays(24).toSeconds());

        clock.advance(Duration.ofDays(7).minus(MILLISECOND));
        assertThat(isFound(engine, browser)).isTrue();
        clock.advance(Duration.ofDays(8));
        assertThat(engine.lookup(browser.header())).isEqualTo(ended(EndReason.IDLE_TIMEOUT));
    }

    @Test
    void login_emptyOrEndlessPrincipal_callersError() {
        Session session = engine().open((String) null);

        assertThatThrownBy(() -> session.login("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> session.login("x".repeat(1025))).isInstanceOf(IllegalArgumentException.class);
        assertThat(session.isNew()).isTrue();
        session.login("x".repeat(1024));
        assertThat(session.isNew()).isFalse();
    }

    // Renewal

    @Test
    void commit_renewalDue_newIdWhileTheOldHasItsGrace() {
        SessionEngine engine = engine();
        Browser browser = new Browser().login(engine, "ada");
        Browser inFlight = browser.copy();
        clock.advance(RENEWAL);

        browser.request(engine);

        assertThat(browser.value()).isNotEqualTo(inFlight.value());
        assertThat(isFound(engine, browser)).isTrue();
        clock.advance(GRACE.minus(MILLISECOND));
        assertThat(isFound(engine, inFlight)).isTrue();
        clock.advance(MILLISECOND);
        assertThat(engine.lookup(inFlight.header())).isEqualTo(ended(EndReason.SUPERSEDED));
        assertThat(isFound(engine, browser)).isTrue();
        assertThat(store().sessions()).isEqualTo(1);
    }

    @Test
    void commit_renewalNotDue_noCookie() {
        SessionEngine engine = engine();
        Browser browser = visitor(engine);
        clock.advance(RENEWAL.minus(MILLISECOND));

        Session session = engine.open(browser.header());

        assertThat(engine.commit(session)).isEmpty();
    }

    @Test
    void commit_parallelRequestsAtRenewal_allGetTheSameCookie() {
        SessionEngine engine = engine();
        Browser browser = new Browser().login(engine, "ada");
        for (int round = 0; round < 40; round++) {
            clock.advance(RENEWAL);
            String header = browser.header();

            List<List<String>> cookies = Concurrently.run(4, thread -> {
                Session session = engine.open(header);
                assertThat(session.principal()).isEqualTo("ada");
                return engine.commit(session);
            });

            assertThat(new HashSet<>(cookies)).hasSize(1);
            assertThat(cookies.get(0)).hasSize(1);
            browser.receive(cookies.get(0));
            assertThat(isFound(engine, browser)).isTrue();
            clock.advance(GRACE);
        }
        assertThat(engine.metrics().renewals()).isEqualTo(40);
    }

    @Test
    void commit_responseOfTheRenewalLost_nextRequestGetsTheCookieAgain() {
        SessionEngine engine = engine();
        Browser browser = visitor(engine);
        clock.advance(RENEWAL);
        List<String> lost = engine.commit(engine.open(browser.header()));

        List<String> again = engine.commit(engine.open(browser.header()));

        assertThat(again).isEqualTo(lost).hasSize(1);
    }

    @Test
    void commit_renewalWithEdits_bothInOneWrite() {
        SessionEngine engine = engine();
        Browser browser = visitor(engine);
        clock.advance(RENEWAL);
        store().writes.set(0);

        browser.request(engine, session -> session.put(HAT, "bowler"));

        assertThat(store().writes).hasValue(1);
        assertThat(found(engine.lookup(browser.header())).get(HAT)).isEqualTo("bowler");
    }

    @Test
    void login_duringGrace_bothOldIdsDie() {
        SessionEngine engine = engine();
        Browser browser = visitor(engine);
        Browser first = browser.copy();
        clock.advance(RENEWAL);
        browser.request(engine);
        Browser second = browser.copy();

        browser.login(engine, "ada");

        assertThat(engine.lookup(first.header())).isEqualTo(ended(EndReason.SUPERSEDED));
        assertThat(engine.lookup(second.header())).isEqualTo(ended(EndReason.SUPERSEDED));
    }

    // The end

    @Test
    void logout_endsForEveryCopyAndClearsTheCookie() {
        SessionEngine engine = engine();
        Browser browser = new Browser().login(engine, "ada");
        Browser copy = browser.copy();

        Session session = engine.open(browser.header());
        session.logout();
        session.logout();
        List<String> cookies = engine.commit(session);

        assertThat(cookies)
                .singleElement()
                .asString()
                .isEqualTo("__Host-Http-session=; Max-Age=0; "
                        + "Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; Secure; HttpOnly; SameSite=Strict");
        assertThat(engine.lookup(copy.header())).isEqualTo(ended(EndReason.GONE));
        assertThat(session.isEnded()).isTrue();
        assertThatThrownBy(() -> session.put(COAT, "blue")).isInstanceOf(SessionEndedException.class);
        assertThatThrownBy(() -> session.login("ada")).isInstanceOf(SessionEndedException.class);
        assertThat(engine.commit(session)).isEmpty();
    }

    @Test
    void end_withRequestsUnderWay_theirCommitsBringNothingBack() {
        SessionEngine engine = engine();
        Browser browser = visitor(engine);
        Session writing = engine.open(browser.header());
        writing.put(COAT, "blue");
        Session renewing = engine.open(browser.header());

        assertThat(engine.end(writing.handle())).isTrue();
        assertThat(engine.end(writing.handle())).isFalse();
        clock.advance(RENEWAL);

        assertThat(engine.commit(writing)).isEmpty();
        assertThat(engine.commit(renewing)).isEmpty();
        assertThat(writing.isEnded()).isTrue();
        assertThat(renewing.isEnded()).isTrue();
        assertThat(store().sessions()).isZero();
        assertThat(engine.lookup(browser.header())).isEqualTo(ended(EndReason.GONE));
    }

    @Tag("long")
    @Test
    void end_racingWithEverything_isFinal() {
        List<SessionEvent> endings = new ArrayList<>();
        SessionEngine engine = engine(settings -> settings.listener(event -> {
            if (event instanceof SessionEvent.Ended) {
                synchronized (endings) {
                    endings.add(event);
                }
            }
        }));
        int rounds = Effort.times(200);
        for (int round = 0; round < rounds; round++) {
            Browser browser = new Browser().login(engine, "ada");
            Session toLogOut = engine.open(browser.header());
            Session toPut = engine.open(browser.header());
            toPut.put(COAT, "blue");
            Session toUpdate = engine.open(browser.header());
            toUpdate.update(VISITS, n -> n == null ? 1L : n + 1);
            clock.advance(RENEWAL);

            Concurrently.all(
                    thread -> {
                        toLogOut.logout();
                        return true;
                    },
                    thread -> engine.commit(toPut),
                    thread -> engine.commit(toUpdate),
                    thread -> isFound(engine, browser));

            assertThat(isFound(engine, browser)).isFalse();
            assertThat(engine.sessionsOf("ada")).isEmpty();
            assertThat(store().sessions()).isZero();
        }
        assertThat(endings).hasSize(rounds);
    }

    @Test
    void sweep_expired_removesAndTells() {
        List<SessionEvent> events = new ArrayList<>();
        SessionEngine engine = engine(settings -> settings.listener(events::add));
        Browser ada = new Browser().login(engine, "ada");
        clock.advance(IDLE.plus(TOUCH));
        visitor(engine);
        events.clear();

        int removed = 0;
        for (int call = 0; call < 4; call++) {
            removed += engine.sweep(1_000);
        }

        assertThat(removed).isEqualTo(1);
        assertThat(store().sessions()).isEqualTo(1);
        assertThat(events).singleElement().isInstanceOfSatisfying(SessionEvent.Ended.class, event -> {
            assertThat(event.cause()).isEqualTo(SessionEvent.Cause.EXPIRED);
            assertThat(event.principal()).isEqualTo("ada");
        });
        assertThat(engine.lookup(ada.header())).isEqualTo(ended(EndReason.GONE));
    }
}
