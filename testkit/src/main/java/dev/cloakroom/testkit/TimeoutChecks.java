package dev.cloakroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.EndReason;
import dev.cloakroom.Lookup;
import dev.cloakroom.Persistence;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEndedException;
import dev.cloakroom.SessionEngine;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks timeouts across logins, changed settings and jumps of the clock. */
abstract class TimeoutChecks extends EngineFixture {

    private static final Duration MILLISECOND = Duration.ofMillis(1);
    private static final Lookup IDLE_TIMEOUT = new Lookup.Ended(EndReason.IDLE_TIMEOUT);
    private static final Lookup ABSOLUTE_TIMEOUT = new Lookup.Ended(EndReason.ABSOLUTE_TIMEOUT);

    TimeoutChecks(SessionEngineContract contract) {
        super(contract);
    }

    /** Sends a request every 15 minutes. */
    private void use(SessionEngine engine, Browser browser, Duration span) {
        Duration step = Duration.ofMinutes(15);
        for (Duration used = Duration.ZERO; used.compareTo(span) < 0; used = used.plus(step)) {
            clock.advance(step);
            browser.request(engine);
        }
    }

    // Logins

    @Test
    void login_lateInTheSession_beginsTheAbsoluteLifetimeAnew() {
        SessionEngine engine = engine();
        Browser browser = visitor(engine);
        use(engine, browser, ABSOLUTE.minusMinutes(15));

        browser.login(engine, "ada");
        use(engine, browser, ABSOLUTE.minusMinutes(15));

        assertThat(found(engine.lookup(browser.header())).principal()).isEqualTo("ada");
        clock.advance(Duration.ofMinutes(15));
        assertThat(engine.lookup(browser.header())).isEqualTo(ABSOLUTE_TIMEOUT);
    }

    @Test
    void commit_renewal_doesNotMoveTheAbsoluteDeadline() {
        SessionEngine engine = engine();
        Browser browser = new Browser().login(engine, "ada");

        use(engine, browser, ABSOLUTE.minusMinutes(15));
        assertThat(engine.metrics().renewals()).isGreaterThan(40);
        browser.request(engine, Session::renewId);
        clock.advance(Duration.ofMinutes(15));

        assertThat(engine.lookup(browser.header())).isEqualTo(ABSOLUTE_TIMEOUT);
    }

    @Test
    void login_browserSessionAfterAPersistentOne_hasItsTimeouts() {
        SessionEngine engine =
                engine(settings -> settings.persistentTimeouts(Duration.ofDays(30), Duration.ofDays(90)));
        Browser browser = new Browser();
        browser.request(engine, session -> session.login("ada", Persistence.PERSISTENT));

        Session session = engine.open(browser.header());
        session.login("ada", Persistence.BROWSER_SESSION);
        List<String> cookies = engine.commit(session);
        browser.receive(cookies);

        assertThat(cookies).singleElement().asString().doesNotContain("Max-Age");
        assertThat(session.persistence()).isEqualTo(Persistence.BROWSER_SESSION);
        clock.advance(IDLE.plus(TOUCH));
        assertThat(engine.lookup(browser.header())).isEqualTo(IDLE_TIMEOUT);
    }

    // One session's timeout

    @Test
    void idleTimeout_ofOneSession_holdsForItAlone() {
        SessionEngine engine = engine();
        Browser longer = visitor(engine);
        longer.request(engine, session -> session.idleTimeout(Duration.ofHours(2)));
        Browser shorter = visitor(engine);
        shorter.request(engine, session -> session.idleTimeout(Duration.ofMinutes(1)));
        Browser other = visitor(engine);
        longer.login(engine, "ada");

        clock.advance(Duration.ofMinutes(1).plus(TOUCH));
        assertThat(engine.lookup(shorter.header())).isEqualTo(IDLE_TIMEOUT);
        clock.advance(IDLE);
        assertThat(engine.lookup(other.header())).isEqualTo(IDLE_TIMEOUT);
        clock.advance(Duration.ofHours(1));

        Session session = found(engine.lookup(longer.header()));
        assertThat(session.idleTimeout()).isEqualTo(Duration.ofHours(2));
        assertThat(session.expiresAt()).isEqualTo(clock.instant().plus(Duration.ofHours(2)));
    }

    @Test
    void idleTimeout_changedSettings_keepsItsOwn() {
        SessionEngine engine = engine();
        Browser browser = visitor(engine);
        browser.request(engine, session -> session.idleTimeout(Duration.ofHours(2)));

        SessionEngine restarted = engine(settings -> settings.idleTimeout(Duration.ofMinutes(5)));
        clock.advance(Duration.ofHours(1));

        assertThat(isFound(restarted, browser)).isTrue();
    }

    @Test
    void idleTimeout_notPositive_callersError() {
        Session session = engine().open((String) null);

        assertThatThrownBy(() -> session.idleTimeout(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void expiresAt_nearTheAbsoluteDeadline_isThatDeadline() {
        SessionEngine engine = engine();
        Browser browser = new Browser().login(engine, "ada");
        var login = clock.instant();

        assertThat(engine.open((String) null).expiresAt()).isEqualTo(login.plus(IDLE));
        use(engine, browser, ABSOLUTE.minusMinutes(15));

        assertThat(found(engine.lookup(browser.header())).expiresAt()).isEqualTo(login.plus(ABSOLUTE));
    }

    // Accesses

    @Test
    void previousAccess_nextRequest_isTheRequestBefore() {
        SessionEngine engine = engine();
        Browser browser = visitor(engine);
        var first = clock.instant();
        clock.advance(Duration.ofMinutes(1));

        Session second = found(engine.lookup(browser.header()));

        assertThat(second.previousAccess()).isEqualTo(first);
        assertThat(second.lastAccessedAt()).isEqualTo(clock.instant());
    }

    @Test
    void peek_polling_doesNotKeepTheSessionAlive() {
        SessionEngine engine = engine();
        Browser browser = visitor(engine);
        var last = clock.instant();

        for (int minute = 0; minute < 30; minute++) {
            clock.advance(Duration.ofMinutes(1));
            Session session = found(engine.peek(browser.header()));
            assertThat(session.get(COAT)).isEqualTo("red");
            assertThat(session.lastAccessedAt()).isEqualTo(last);
            engine.commit(session);
        }
        clock.advance(TOUCH);

        assertThat(engine.peek(browser.header())).isEqualTo(IDLE_TIMEOUT);
        assertThat(store().touches).hasValue(0);
    }

    @Test
    void keep_nothingPut_storedAndCookieSet() {
        SessionEngine engine = engine();
        Browser browser = new Browser();

        browser.request(engine, Session::keep);

        assertThat(found(engine.lookup(browser.header())).attributeNames()).isEmpty();
    }

    // Handles

    @Test
    void find_liveSession_readAndChangedWithoutACookieOrAnAccess() {
        SessionEngine engine = engine();
        Browser browser = new Browser().login(engine, "ada");
        var handle = found(engine.lookup(browser.header())).handle();
        clock.advance(Duration.ofMinutes(20));

        Session session = Objects.requireNonNull(engine.find(handle));

        assertThat(session.principal()).isEqualTo("ada");
        session.put(HAT, "bowler");
        assertThat(engine.commit(session)).isEmpty();
        assertThat(found(engine.peek(browser.header())).get(HAT)).isEqualTo("bowler");
        assertThatThrownBy(() -> session.login("bob")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(session::renewId).isInstanceOf(IllegalStateException.class);
        clock.advance(Duration.ofMinutes(10).plus(TOUCH));
        assertThat(engine.lookup(browser.header())).isEqualTo(IDLE_TIMEOUT);
        assertThat(engine.find(handle)).isNull();
    }

    @Test
    void find_endedMeanwhile_changesAreDropped() {
        SessionEngine engine = engine();
        Browser browser = new Browser().login(engine, "ada");
        Session session = Objects.requireNonNull(
                engine.find(found(engine.lookup(browser.header())).handle()));
        session.put(HAT, "bowler");
        engine.logoutEverywhere("ada");

        engine.commitWithoutCookies(session);

        assertThat(session.isEnded()).isTrue();
        assertThatThrownBy(() -> session.put(HAT, "top")).isInstanceOf(SessionEndedException.class);
        assertThat(store().sessions()).isZero();
    }

    @Test
    void renewId_storedSession_newIdAtOnceAndEverythingElseStays() {
        SessionEngine engine = engine();
        Browser browser = new Browser().login(engine, "ada");
        Browser copy = browser.copy();
        Session before = found(engine.lookup(browser.header()));
        clock.advance(Duration.ofMinutes(1));

        Session session = browser.request(engine, each -> {
            each.put(HAT, "bowler");
            each.renewId();
        });

        assertThat(engine.lookup(copy.header())).isEqualTo(new Lookup.Ended(EndReason.SUPERSEDED));
        assertThat(session.idGeneration()).isEqualTo(before.idGeneration() + 1);
        Session after = found(engine.lookup(browser.header()));
        assertThat(after.handle()).isEqualTo(before.handle());
        assertThat(after.createdAt()).isEqualTo(before.createdAt());
        assertThat(after.principal()).isEqualTo("ada");
        assertThat(after.get(HAT)).isEqualTo("bowler");
    }

    // Changed settings

    @Test
    void lookup_timeoutsLoweredMeanwhile_newOnesHold() {
        SessionEngine engine = engine();
        Browser idle = visitor(engine);
        Browser used = new Browser().login(engine, "ada");
        clock.advance(Duration.ofMinutes(20));
        used.request(engine);

        SessionEngine restarted = engine(
                settings -> settings.idleTimeout(Duration.ofMinutes(10)).absoluteTimeout(Duration.ofMinutes(30)));

        assertThat(restarted.lookup(idle.header())).isEqualTo(IDLE_TIMEOUT);
        clock.advance(Duration.ofMinutes(9));
        assertThat(isFound(restarted, used)).isTrue();
        clock.advance(Duration.ofMinutes(1));
        assertThat(restarted.lookup(used.header())).isEqualTo(ABSOLUTE_TIMEOUT);
    }

    @Test
    void commit_timeoutsRaisedMeanwhile_newOnesHold() {
        SessionEngine engine = engine();
        Browser browser = new Browser().login(engine, "ada");
        SessionEngine restarted = engine(settings -> settings.idleTimeout(Duration.ofHours(3)));

        browser.request(restarted);
        clock.advance(Duration.ofHours(2));

        assertThat(isFound(restarted, browser)).isTrue();
        assertThat(restarted.sweep(1_000)).isZero();
    }

    // Jumps of the clock

    @ParameterizedTest
    @ValueSource(strings = {"PT6H", "P1D", "P365D"})
    void lookup_clockSetBack_idleTimeoutCountsFromThen(Duration jump) {
        SessionEngine engine = engine();
        Browser browser = new Browser().login(engine, "ada");
        clock.advance(jump.negated());
        engine.lookup("a=b");

        clock.advance(IDLE.minus(MILLISECOND));
        assertThat(isFound(engine, browser.copy())).isTrue();
        clock.advance(IDLE.plus(TOUCH));

        assertThat(engine.lookup(browser.header())).isEqualTo(IDLE_TIMEOUT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT6H", "P1D", "P365D"})
    void lookup_clockSetBackAndNeverUsed_idleTimeoutCountsFromThen(Duration jump) {
        SessionEngine engine = engine();
        Browser browser = new Browser().login(engine, "ada");
        clock.advance(jump.negated());
        engine.sweep(10);

        clock.advance(IDLE.plus(TOUCH));

        assertThat(isFound(engine, browser)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT6H", "P1D", "P365D"})
    void lookup_clockSetBackAndUsed_livesItsAbsoluteTimeoutAtMost(Duration jump) {
        SessionEngine engine = engine();
        Browser browser = new Browser().login(engine, "ada");
        clock.advance(jump.negated());
        engine.sweep(10);

        use(engine, browser, ABSOLUTE.minusMinutes(15));
        assertThat(isFound(engine, browser)).isTrue();
        clock.advance(Duration.ofMinutes(15));

        assertThat(isFound(engine, browser)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT6H", "P1D", "P365D"})
    void lookup_madeByANodeWhoseClockIsAhead_livesItsTimeoutsAtMost(Duration ahead) {
        SessionEngine engine = engine();
        clock.advance(ahead);
        SessionEngine other = engine(settings -> settings);
        Browser browser = new Browser().login(other, "ada");
        clock.advance(ahead.negated());
        engine.lookup("a=b");

        assertThat(isFound(engine, browser)).isTrue();
        clock.advance(IDLE.plus(TOUCH));

        assertThat(isFound(engine, browser)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT6H", "P1D", "P365D"})
    void lookup_clockSetBackDuringTheGrace_oldIdIsNotGoodForLonger(Duration jump) {
        SessionEngine engine = engine();
        Browser browser = new Browser().login(engine, "ada");
        Browser old = browser.copy();
        clock.advance(RENEWAL);
        browser.request(engine);
        browser.request(engine);

        clock.advance(jump.negated());
        browser.request(engine);
        clock.advance(GRACE);

        assertThat(isFound(engine, old)).isFalse();
        assertThat(isFound(engine, browser)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"P1D", "P365D"})
    void lookup_clockSetForwardAndBack_liveSessionsGoOnFromThen(Duration jump) {
        SessionEngine engine = engine();
        Browser before = new Browser().login(engine, "ada");
        clock.advance(jump);
        Browser ahead = new Browser().login(engine, "bob");
        clock.advance(jump.negated());

        assertThat(isFound(engine, before)).isTrue();
        assertThat(isFound(engine, ahead)).isTrue();
        clock.advance(IDLE.plus(TOUCH));

        assertThat(isFound(engine, before)).isFalse();
        assertThat(isFound(engine, ahead)).isFalse();
    }
}
