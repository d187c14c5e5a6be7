package dev.cloakroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.EngineMetrics;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.SessionEvent;
import dev.cloakroom.SessionEvent.Cause;
import dev.cloakroom.SessionHandle;
import dev.cloakroom.SessionLimit;
import dev.cloakroom.store.StoreFullException;
import dev.cloakroom.store.StoreUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** Checks events, metrics and errors. */
abstract class ObservabilityChecks extends EngineFixture {

    private final List<SessionEvent> events = new ArrayList<>();

    ObservabilityChecks(SessionEngineContract contract) {
        super(contract);
    }

    @Test
    void listener_wholeLife_toldOfEachStepOnce() {
        SessionEngine engine = engine(settings -> settings.listener(events::add));
        Browser browser = visitor(engine);
        SessionHandle handle = found(engine.lookup(browser.header())).handle();
        var began = clock.instant();
        browser.login(engine, "ada");
        clock.advance(RENEWAL);
        browser.request(engine);
        browser.request(engine);
        browser.request(engine, Session::logout);
        engine.end(handle);

        var later = clock.instant();
        assertThat(events)
                .extracting(event -> event.getClass().getSimpleName() + " " + event.at())
                .containsExactly("Created " + began, "LoggedIn " + began, "Renewed " + later, "Ended " + later);
        assertThat(events).extracting(SessionEvent::idGeneration).containsExactly(0L, 1L, 1L, 1L);
        assertThat(events).allSatisfy(event -> {
            assertThat(event.handle()).isEqualTo(handle);
            assertThat(event.attributes().get(COAT)).isEqualTo("red");
        });
        assertThat(events.get(1))
                .isInstanceOfSatisfying(
                        SessionEvent.LoggedIn.class,
                        event -> assertThat(event.principal()).isEqualTo("ada"));
        assertThat(events.get(3)).isInstanceOfSatisfying(SessionEvent.Ended.class, event -> {
            assertThat(event.principal()).isEqualTo("ada");
            assertThat(event.cause()).isEqualTo(Cause.LOGOUT);
        });
    }

    @Test
    void listener_everyWayToEnd_toldTheCause() {
        SessionEngine engine = engine(
                settings -> settings.listener(events::add).maxSessionsPerPrincipal(1, SessionLimit.END_OLDEST_LOGIN));
        new Browser().login(engine, "ada");
        Browser browser = new Browser().login(engine, "ada");
        browser.login(engine, "bob");
        engine.end(found(engine.lookup(browser.header())).handle());
        new Browser().login(engine, "cleo");
        engine.logoutEverywhere("cleo");

        assertThat(events)
                .filteredOn(event -> event instanceof SessionEvent.Ended)
                .extracting(
                        event -> ((SessionEvent.Ended) event).cause() + " " + ((SessionEvent.Ended) event).principal())
                .containsExactly("DISPLACED ada", "PRINCIPAL_CHANGED ada", "ENDED bob", "LOGGED_OUT_EVERYWHERE cleo");
    }

    @Test
    void listener_throwsAnError_harmsNothing() {
        SessionEngine engine = engine(settings -> settings.listener(event -> {
            throw new NoClassDefFoundError("a listener's own fault");
        }));
        Browser browser = new Browser().login(engine, "ada");
        clock.advance(IDLE.plus(TOUCH));

        assertThat(engine.sweep(1_000)).isEqualTo(1);
        assertThat(isFound(engine, browser)).isFalse();
    }

    @Test
    void listener_sessionExpires_getsWhatItHeld() {
        SessionEngine engine = engine(settings -> settings.listener(events::add));
        Browser browser = visitor(engine);
        browser.login(engine, "ada");
        clock.advance(IDLE.plus(TOUCH));
        events.clear();

        for (int call = 0; call < 4; call++) {
            engine.sweep(1_000);
        }

        assertThat(events).singleElement().isInstanceOfSatisfying(SessionEvent.Ended.class, event -> {
            assertThat(event.attributes().get(COAT)).isEqualTo("red");
            assertThat(event.attributes().names()).containsExactly("coat");
            assertThat(event.toString()).doesNotContain("red");
        });
    }

    @Test
    void listener_throws_harmsNothing() {
        SessionEngine engine = engine(settings -> settings.listener(event -> {
            throw new IllegalStateException("a listener's own fault");
        }));
        Browser browser = new Browser().login(engine, "ada");

        assertThat(isFound(engine, browser)).isTrue();
        assertThat(engine.logoutEverywhere("ada")).isEqualTo(1);
    }

    @Test
    void metrics_someRequests_countedOnce() {
        SessionEngine engine = engine();
        Browser browser = visitor(engine);
        browser.login(engine, "ada");
        clock.advance(TOUCH);
        engine.lookup(browser.header());
        engine.lookup("x=y");
        engine.lookup("__Host-Http-session=AAAA");
        engine.lookup((String) null);
        Browser gone = visitor(engine);
        gone.request(engine, Session::logout);

        EngineMetrics metrics = engine.metrics();

        assertThat(metrics.sessions()).as("an estimate, on a cluster").isBetween(0L, 6L);
        assertThat(metrics.lookups()).isEqualTo(8);
        assertThat(metrics.found()).isEqualTo(3);
        assertThat(metrics.rejectedCookies()).isEqualTo(1);
        assertThat(metrics.endedLookups()).isZero();
        assertThat(metrics.storeReads()).isEqualTo(store().reads.get());
        assertThat(metrics.storeWrites()).isEqualTo(store().writes.get());
        assertThat(metrics.touches()).isEqualTo(store().touches.get()).isEqualTo(1);
        assertThat(metrics.created()).isEqualTo(2);
        assertThat(metrics.logins()).isEqualTo(1);
        assertThat(metrics.endings()).isEqualTo(1);
        assertThat(metrics.commitLatency().samples()).isEqualTo(4);
        assertThat(metrics.commitLatency().maximum()).isPositive();
    }

    @Test
    void anyCall_storeOut_saysUnavailableAndNeverAbsent() {
        SessionEngine engine = engine();
        Browser browser = new Browser().login(engine, "ada");
        Session session = engine.open(browser.header());
        session.put(COAT, "red");
        store().failure = new StoreUnavailableException("the store is out");

        assertThatThrownBy(() -> engine.lookup(browser.header())).isInstanceOf(StoreUnavailableException.class);
        assertThatThrownBy(() -> engine.open(browser.header())).isInstanceOf(StoreUnavailableException.class);
        assertThatThrownBy(() -> engine.commit(session)).isInstanceOf(StoreUnavailableException.class);
        assertThatThrownBy(() -> engine.sessionsOf("ada")).isInstanceOf(StoreUnavailableException.class);
        assertThatThrownBy(() -> engine.logoutEverywhere("ada")).isInstanceOf(StoreUnavailableException.class);
        assertThatThrownBy(() -> engine.end(session.handle())).isInstanceOf(StoreUnavailableException.class);
        assertThatThrownBy(session::logout).isInstanceOf(StoreUnavailableException.class);
        assertThatThrownBy(() -> engine.lookupAsync(browser.header())
                        .toCompletableFuture()
                        .join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(StoreUnavailableException.class);
        assertThat(engine.open("x=y").isNew())
                .as("reads of the store for a request without a cookie")
                .isTrue();

        store().failure = null;
        browser.receive(engine.commit(session));
        assertThat(found(engine.lookup(browser.header())).get(COAT)).isEqualTo("red");
    }

    @Test
    void commit_storeFull_saysSo() {
        SessionEngine engine = engine();
        Session session = engine.open((String) null);
        session.put(COAT, "red");
        store().failure = new StoreFullException("no room");

        assertThatThrownBy(() -> engine.commit(session)).isInstanceOf(StoreFullException.class);

        store().failure = null;
        assertThat(engine.commit(session)).hasSize(1);
    }

    @Test
    void commit_anotherEnginesSession_callersError() {
        Session session = engine().open((String) null);

        assertThatThrownBy(() -> engine().commit(session)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anyCall_engineClosed_storeUnavailable() {
        SessionEngine engine = engine();
        Browser browser = visitor(engine);
        Session session = engine.open(browser.header());
        session.put(HAT, "bowler");
        engine.close();

        assertThatThrownBy(() -> engine.lookup(browser.header())).isInstanceOf(StoreUnavailableException.class);
        assertThatThrownBy(() -> engine.commit(session)).isInstanceOf(StoreUnavailableException.class);
        assertThatThrownBy(() -> new Browser().login(engine, "ada")).isInstanceOf(StoreUnavailableException.class);
    }
}
