package dev.cloakroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.EndReason;
import dev.cloakroom.Lookup;
import dev.cloakroom.Persistence;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.SessionEvent;
import dev.cloakroom.SessionHandle;
import dev.cloakroom.cookie.CookiePolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Checks requests that overlap with a login, a logout or a renewal of their session, and several cookies at once. */
abstract class OverlapChecks extends EngineFixture {

    private static final Duration MILLISECOND = Duration.ofMillis(1);
    private static final Lookup SUPERSEDED = new Lookup.Ended(EndReason.SUPERSEDED);

    OverlapChecks(SessionEngineContract contract) {
        super(contract);
    }

    // A request that arrives after a login with the cookie from before it

    @Test
    void commit_cameLateByALogin_setsNoCookieAndDropsItsChanges() {
        SessionEngine engine = engine();
        Browser browser = visitor(engine);
        String late = browser.header();
        browser.login(engine, "ada");

        assertThat(engine.lookup(late)).isEqualTo(SUPERSEDED);
        Session poll = engine.open(late);
        poll.put(HAT, "bowler");

        assertThat(poll.isStale()).isTrue();
        assertThat(engine.commit(poll)).isEmpty();
        assertThat(store().sessions()).isEqualTo(1);
        assertThat(found(engine.lookup(browser.header())).get(HAT)).isNull();
    }

    @Test
    void commit_cameLateByAStepUp_setsNoCookie() {
        SessionEngine engine = engine();
        Browser browser = new Browser().login(engine, "ada");
        String late = browser.header();
        browser.login(engine, "ada");

        Session poll = engine.open(late);
        poll.put(HAT, "bowler");

        assertThat(engine.commit(poll)).isEmpty();
        assertThat(found(engine.lookup(browser.header())).principal()).isEqualTo("ada");
    }

    @Test
    void commit_cameLateByRenewId_setsNoCookie() {
        SessionEngine engine = engine();
        Browser browser = visitor(engine);
        String late = browser.header();
        browser.request(engine, Session::renewId);

        Session poll = engine.open(late);
        poll.put(HAT, "bowler");

        assertThat(engine.commit(poll)).isEmpty();
        assertThat(found(engine.lookup(browser.header())).get(COAT)).isEqualTo("red");
    }

    @Test
    void login_cameLateByALogin_isStored() {
        SessionEngine engine = engine();
        Browser browser = visitor(engine);
        Browser late = browser.copy();
        browser.login(engine, "ada");

        late.request(engine, session -> session.login("bob"));

        assertThat(found(engine.lookup(late.header())).principal()).isEqualTo("bob");
        assertThat(found(engine.lookup(browser.header())).principal()).isEqualTo("ada");
    }

    @Test
    void open_neverGotTheLoginsCookie_beginsAfreshAfterTheGrace() {
        SessionEngine engine = engine();
        Browser browser = visitor(engine);
        engine.open(browser.header()).login("ada");

        clock.advance(GRACE.minus(MILLISECOND));
        browser.request(engine, session -> session.put(HAT, "early"));
        assertThat(engine.lookup(browser.header())).isEqualTo(SUPERSEDED);

        clock.advance(MILLISECOND);
        browser.request(engine, session -> session.put(HAT, "bowler"));
        assertThat(found(engine.lookup(browser.header())).get(HAT)).isEqualTo("bowler");
    }

    @Test
    void logout_cameLateByALogin_leavesTheLoginsCookieAlone() {
        SessionEngine engine = engine();
        Browser browser = visitor(engine);
        Session opened = engine.open(browser.header());
        String late = browser.header();
        browser.login(engine, "ada");

        opened.logout();
        assertThat(engine.commit(opened)).isEmpty();
        Session poll = engine.open(late);
        poll.logout();
        assertThat(engine.commit(poll)).isEmpty();

        assertThat(isFound(engine, browser)).isTrue();
    }

    // A renewal whose response is lost

    @Test
    void lookup_renewalsCookieLost_oldIdStaysGood() {
        SessionEngine engine = engine(settings -> settings.persistentTimeouts(Duration.ofDays(7), Duration.ofDays(30)));
        Browser browser = new Browser();
        browser.request(engine, session -> session.login("ada", Persistence.PERSISTENT));
        clock.advance(RENEWAL);
        List<String> lost = engine.commit(engine.open(browser.header()));

        clock.advance(Duration.ofDays(2));
        Session back = found(engine.lookup(browser.header()));
        List<String> again = engine.commit(back);

        assertThat(lost).hasSize(1);
        assertThat(back.principal()).isEqualTo("ada");
        Browser renewed = new Browser();
        renewed.receive(lost);
        browser.receive(again);
        assertThat(browser.value()).as("the same new id").isEqualTo(renewed.value());
        assertThat(isFound(engine, browser)).isTrue();
    }

    @Test
    void lookup_newIdPresented_oldIdHasItsGraceFromThen() {
        SessionEngine engine = engine();
        Browser browser = new Browser().login(engine, "ada");
        Browser old = browser.copy();
        clock.advance(RENEWAL);
        browser.request(engine);
        clock.advance(Duration.ofMinutes(5));
        assertThat(isFound(engine, old)).isTrue();

        assertThat(isFound(engine, browser)).isTrue();
        clock.advance(GRACE.minus(MILLISECOND));
        assertThat(isFound(engine, old)).isTrue();
        clock.advance(MILLISECOND);

        assertThat(engine.lookup(old.header())).isEqualTo(SUPERSEDED);
        assertThat(isFound(engine, browser)).isTrue();
    }

    @Test
    void commitWithoutCookies_renewalDue_keepsTheIdAndStoresTheChanges() {
        SessionEngine engine = engine();
        Browser browser = visitor(engine);
        clock.advance(RENEWAL);

        Session session = engine.open(browser.header());
        session.put(HAT, "bowler");
        engine.commitWithoutCookies(session);

        assertThat(engine.metrics().renewals()).isZero();
        assertThat(found(engine.lookup(browser.header())).get(HAT)).isEqualTo("bowler");
        assertThat(engine.commit(found(engine.lookup(browser.header())))).hasSize(1);
    }

    @Test
    void commitWithoutCookies_newSession_notStored() {
        SessionEngine engine = engine();
        Session session = engine.open((String) null);
        session.put(COAT, "red");

        engine.commitWithoutCookies(session);

        assertThat(session.isNew()).isTrue();
        assertThat(store().sessions()).isZero();
    }

    @Test
    void commit_renewedMeanwhileByAnother_keepsTheChanges() {
        SessionEngine engine = engine();
        Browser browser = visitor(engine);
        clock.advance(RENEWAL);
        Session slow = engine.open(browser.header());
        slow.put(HAT, "bowler");
        browser.request(engine);
        browser.request(engine);
        clock.advance(GRACE.multipliedBy(2));

        engine.commit(slow);

        assertThat(slow.isEnded()).isFalse();
        assertThat(found(engine.lookup(browser.header())).get(HAT)).isEqualTo("bowler");
    }

    // Two parties with one cookie

    @Test
    void lookup_oldIdAfterTheGrace_reportedAndTheSessionGoesOn() {
        List<SessionEvent> events = new ArrayList<>();
        SessionEngine engine = engine(settings -> settings.listener(events::add));
        Browser owner = new Browser().login(engine, "ada");
        Browser thief = renewedBy(engine, owner);
        events.clear();

        assertThat(engine.lookup(thief.header())).isEqualTo(SUPERSEDED);

        assertThat(events).singleElement().isInstanceOfSatisfying(SessionEvent.IdReused.class, event -> {
            assertThat(event.principal()).isEqualTo("ada");
            assertThat(event.handle())
                    .isEqualTo(found(engine.lookup(owner.header())).handle());
        });
        assertThat(engine.metrics().reusedIds()).isEqualTo(1);
    }

    @Test
    void lookup_oldIdAfterTheGraceAndSoConfigured_endsTheSession() {
        List<SessionEvent> events = new ArrayList<>();
        SessionEngine engine = engine(settings -> settings.endOnIdReuse().listener(events::add));
        Browser owner = new Browser().login(engine, "ada");
        Browser thief = renewedBy(engine, owner);

        assertThat(engine.lookup(thief.header())).isEqualTo(SUPERSEDED);

        assertThat(engine.lookup(owner.header())).isEqualTo(new Lookup.Ended(EndReason.GONE));
        assertThat(events.get(events.size() - 1))
                .isInstanceOfSatisfying(
                        SessionEvent.Ended.class,
                        event -> assertThat(event.cause()).isEqualTo(SessionEvent.Cause.ID_REUSED));
        assertThat(engine.sessionsOf("ada")).isEmpty();
    }

    /** Renews a browser's id and presents it. Returns a browser with the old id, after the old id's grace. */
    private Browser renewedBy(SessionEngine engine, Browser browser) {
        Browser before = browser.copy();
        clock.advance(RENEWAL);
        browser.request(engine);
        browser.request(engine);
        clock.advance(GRACE);
        return before;
    }

    // Logout

    @Test
    void logout_renewedMeanwhileByAnother_endsTheSession() {
        SessionEngine engine = engine();
        Browser browser = new Browser().login(engine, "ada");
        Session leaving = engine.open(browser.header());
        renewedBy(engine, browser);

        leaving.logout();

        assertThat(isFound(engine, browser)).isFalse();
        assertThat(engine.sessionsOf("ada")).isEmpty();
        assertThat(engine.commit(leaving)).singleElement().asString().contains("Max-Age=0");
    }

    @Test
    void end_renewedMeanwhileByAnother_endsTheSession() {
        SessionEngine engine = engine();
        Browser browser = new Browser().login(engine, "ada");
        SessionHandle handle = found(engine.lookup(browser.header())).handle();
        renewedBy(engine, browser);

        assertThat(engine.end(handle)).isTrue();

        assertThat(isFound(engine, browser)).isFalse();
    }

    @Test
    void logout_samePrincipalLoggedInAgainMeanwhile_endsTheSession() {
        SessionEngine engine = engine();
        Browser browser = new Browser().login(engine, "ada");
        Session leaving = engine.open(browser.header());
        browser.login(engine, "ada");

        leaving.logout();

        assertThat(isFound(engine, browser)).isFalse();
    }

    @Test
    void logout_twoLiveCookies_endsBoth() {
        SessionEngine engine = engine();
        Browser one = new Browser().login(engine, "ada");
        Browser other = new Browser().login(engine, "bob");
        String both = one.header() + "; " + other.header();

        Session session = engine.open(both);
        session.logout();

        assertThat(engine.commit(session)).hasSize(1);
        assertThat(isFound(engine, one)).isFalse();
        assertThat(isFound(engine, other)).isFalse();
        assertThat(engine.lookup(both)).isNotInstanceOf(Lookup.Found.class);
    }

    @Test
    void logout_anonymousAndLoggedInCookies_endsBoth() {
        SessionEngine engine = engine();
        Browser anonymous = visitor(engine);
        Browser ada = new Browser().login(engine, "ada");

        engine.open(anonymous.header() + "; " + ada.header()).logout();

        assertThat(store().sessions()).isZero();
    }

    // Several cookies

    @Test
    void lookup_anonymousCookieBeforeALoggedInOne_theLoggedInOneCounts() {
        SessionEngine engine = engine();
        Browser anonymous = visitor(engine);
        Browser ada = new Browser().login(engine, "ada");

        assertThat(found(engine.lookup(anonymous.header() + "; " + ada.header()))
                        .principal())
                .isEqualTo("ada");
        assertThat(found(engine.lookup(ada.header() + "; " + anonymous.header()))
                        .principal())
                .isEqualTo("ada");
    }

    @Test
    void lookup_headerInSeveralFields_asIfItWereOne() {
        SessionEngine engine = engine();
        Browser ada = new Browser().login(engine, "ada");
        List<String> fields = List.of("theme=dark", ada.cookie(), "a=b");

        assertThat(found(engine.lookup(fields)).principal()).isEqualTo("ada");
        assertThat(engine.open(fields).principal()).isEqualTo("ada");
        assertThat(found(engine.peek(fields)).principal()).isEqualTo("ada");
        assertThat(engine.lookup(List.of())).isInstanceOf(Lookup.Absent.class);
    }

    @Test
    void lookup_quotedValue_asManyOldClientsSendIt() {
        SessionEngine engine = engine();
        Browser ada = new Browser().login(engine, "ada");
        String quoted = "$Version=\"1\"; " + CookiePolicy.STRICT_NAME + "=\"" + ada.value() + "\"; $Path=\"/\"";

        assertThat(found(engine.lookup(quoted)).principal()).isEqualTo("ada");
        assertThat(engine.commit(engine.open(quoted))).isEmpty();
    }

    @Test
    void lookup_joinedByACommaInsideAnotherCookiesValue_notACookie() {
        SessionEngine engine = engine();
        Browser ada = new Browser().login(engine, "ada");

        assertThat(engine.lookup("x=1, " + ada.cookie())).isInstanceOf(Lookup.Absent.class);
    }
}
