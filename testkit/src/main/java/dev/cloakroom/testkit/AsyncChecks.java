package dev.cloakroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.Attribute;
import dev.cloakroom.Lookup;
import dev.cloakroom.Persistence;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEndedException;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.SessionInfo;
import dev.cloakroom.SessionLimit;
import dev.cloakroom.SessionLimitException;
import dev.cloakroom.store.StoreUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Checks that the asynchronous methods do what the blocking methods do, and report failures through the stage. */
abstract class AsyncChecks extends EngineFixture {

    private static final Attribute<String> TOKEN = Attribute.ofString("token");

    AsyncChecks(SessionEngineContract contract) {
        super(contract);
    }

    private static <T extends @Nullable Object> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }

    private static Session open(SessionEngine engine, Browser browser) {
        return get(engine.openAsync(browser.header()));
    }

    private static void commit(SessionEngine engine, Browser browser, Session session) {
        browser.receive(get(engine.commitAsync(session)));
    }

    @Test
    void wholeLife_asynchronousForms_asTheBlockingOnes() {
        SessionEngine engine = engine();
        Browser browser = new Browser();
        Session first = open(engine, browser);
        first.put(COAT, "red");
        commit(engine, browser, first);
        Browser planted = browser.copy();

        Session login = open(engine, browser);
        get(login.loginAsync("ada", Persistence.BROWSER_SESSION));
        commit(engine, browser, login);
        assertThat(get(engine.lookupAsync(planted.header()))).isInstanceOf(Lookup.Ended.class);
        assertThat(get(engine.sessionsOfAsync("ada")))
                .extracting(SessionInfo::handle)
                .containsExactly(login.handle());

        Session renewed = open(engine, browser);
        get(renewed.renewIdAsync());
        commit(engine, browser, renewed);
        assertThat(found(get(engine.peekAsync(browser.header()))).get(COAT)).isEqualTo("red");

        Session byHandle = Objects.requireNonNull(get(engine.findAsync(login.handle())));
        byHandle.put(HAT, "bowler");
        get(engine.commitWithoutCookiesAsync(byHandle));
        Session last = open(engine, browser);
        assertThat(last.get(HAT)).isEqualTo("bowler");

        get(last.logoutAsync());
        commit(engine, browser, last);
        assertThat(browser.header()).isNull();
        assertThat(get(engine.sessionsOfAsync("ada"))).isEmpty();
        assertThat(get(engine.endAsync(login.handle()))).isFalse();
    }

    @Test
    void logoutEverywhereAsync_severalSessions_endsThemAll() {
        SessionEngine engine = engine();
        List<Browser> browsers = List.of(new Browser(), new Browser(), new Browser());
        for (Browser browser : browsers) {
            Session session = open(engine, browser);
            get(session.loginAsync("ada"));
            commit(engine, browser, session);
        }

        assertThat(get(engine.logoutEverywhereAsync("ada"))).isEqualTo(3);

        assertThat(browsers).noneMatch(browser -> isFound(engine, browser));
    }

    @Test
    void lookupAsync_afterAWhile_isAnAccessAsInTheBlockingForm() {
        SessionEngine engine = engine();
        Browser browser = visitor(engine);
        clock.advance(Duration.ofMinutes(10));

        Session session = found(get(engine.lookupAsync(browser.header())));

        assertThat(session.lastAccessedAt()).isEqualTo(clock.instant());
        clock.advance(IDLE.minusMillis(1));
        assertThat(isFound(engine, browser)).isTrue();
    }

    @Test
    void lookupAsync_touchFails_requestGoesOnAndTheFailureIsCounted() {
        SessionEngine engine = engine();
        Browser browser = visitor(engine);
        clock.advance(Duration.ofMinutes(10));
        store().touchFailure = new StoreUnavailableException("the network is down");

        assertThat(get(engine.lookupAsync(browser.header()))).isInstanceOf(Lookup.Found.class);
        assertThat(isFound(engine, browser)).isTrue();

        assertThat(engine.metrics().failedTouches()).isEqualTo(2);
    }

    @Test
    void everyForm_storeFails_failsThroughTheStage() {
        SessionEngine engine = engine();
        Browser browser = new Browser().login(engine, "ada");
        Session session = open(engine, browser);
        Session other = open(engine, browser);
        session.put(COAT, "red");
        StoreUnavailableException failure = new StoreUnavailableException("the network is down");
        store().failure = failure;

        List<CompletionStage<?>> stages = List.of(
                engine.lookupAsync(browser.header()),
                engine.openAsync(browser.header()),
                engine.peekAsync(browser.header()),
                engine.commitAsync(session),
                engine.commitWithoutCookiesAsync(session),
                engine.sessionsOfAsync("ada"),
                engine.findAsync(session.handle()),
                engine.endAsync(session.handle()),
                engine.logoutEverywhereAsync("ada"),
                session.renewIdAsync(),
                session.logoutAsync(),
                other.loginAsync("ada"),
                other.refreshAsync(TOKEN, token -> true, old -> CompletableFuture.completedFuture("new")));

        store().failure = null;
        assertThat(stages)
                .allSatisfy(stage -> assertThatThrownBy(() -> get(stage))
                        .isInstanceOf(CompletionException.class)
                        .hasCause(failure));
    }

    @Test
    void everyForm_callersError_failsThroughTheStage() {
        SessionEngine engine = engine();
        SessionEngine limited = engine(settings -> settings.maxSessionsPerPrincipal(1, SessionLimit.REFUSE));
        Session others = limited.open((String) null);
        new Browser().login(limited, "ada");

        assertThatThrownBy(() -> get(engine.commitAsync(others))).hasCauseInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> get(engine.commitWithoutCookiesAsync(others)))
                .hasCauseInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> get(others.loginAsync(""))).hasCauseInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> get(engine.sessionsOfAsync(""))).hasCauseInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> get(others.loginAsync("ada"))).hasCauseInstanceOf(SessionLimitException.class);
        get(others.logoutAsync());
        assertThatThrownBy(() -> get(others.renewIdAsync())).hasCauseInstanceOf(SessionEndedException.class);
    }

    @Test
    void refreshAsync_oneThreadForAll_refresherAndWaitersHoldNone() {
        SessionEngine engine = engine();
        Browser browser = new Browser().login(engine, "ada");
        CompletableFuture<String> provider = new CompletableFuture<>();
        Session leading = open(engine, browser);
        Session waiting = open(engine, browser);

        // All on this thread: a method that parked it would never reach the completion.
        CompletionStage<String> lead = leading.refreshAsync(TOKEN, token -> false, old -> provider);
        CompletionStage<String> wait = waiting.refreshAsync(TOKEN, token -> false, old -> {
            throw new AssertionError("made twice");
        });
        assertThat(wait.toCompletableFuture()).isNotDone();
        provider.complete("made");

        assertThat(get(lead)).isEqualTo("made");
        assertThat(get(wait)).isEqualTo("made");
        assertThat(waiting.get(TOKEN)).isEqualTo("made");
        assertThat(found(engine.lookup(browser.header())).get(TOKEN)).isEqualTo("made");
    }

    @Test
    void refreshAsync_onTwoNodes_madeOnce() {
        SessionEngine engine = engine();
        SessionEngine otherNode = engine(keys, storeOfAnotherNode(), settings -> settings);
        Browser browser = new Browser().login(engine, "ada");
        CompletableFuture<String> provider = new CompletableFuture<>();
        Session leading = open(engine, browser);
        CompletableFuture<Void> asked = new CompletableFuture<>();
        CompletionStage<String> lead = leading.refreshAsync(TOKEN, token -> false, old -> {
            asked.complete(null);
            return provider;
        });
        get(asked);
        Session waiting = get(otherNode.openAsync(browser.header()));

        CompletionStage<String> wait = waiting.refreshAsync(TOKEN, token -> false, old -> {
            throw new AssertionError("made twice");
        });
        provider.complete("made");

        assertThat(get(lead)).isEqualTo("made");
        assertThat(get(wait)).isEqualTo("made");
    }

    @Test
    void refreshAsync_stageFails_sameFailureAndFree() {
        SessionEngine engine = engine();
        Browser browser = new Browser().login(engine, "ada");
        IllegalStateException refused = new IllegalStateException("the provider said no");

        assertThatThrownBy(() -> get(open(engine, browser)
                        .refreshAsync(TOKEN, token -> false, old -> CompletableFuture.failedFuture(refused))))
                .hasCause(refused);

        assertThat(get(open(engine, browser)
                        .refreshAsync(TOKEN, token -> false, old -> CompletableFuture.completedFuture("second try"))))
                .isEqualTo("second try");
    }
}
