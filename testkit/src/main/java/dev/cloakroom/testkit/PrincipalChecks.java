package dev.cloakroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.SessionHandle;
import dev.cloakroom.SessionInfo;
import dev.cloakroom.SessionLimit;
import dev.cloakroom.SessionLimitException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Checks a principal's sessions: listing them, ending them all, limiting their number. */
abstract class PrincipalChecks extends EngineFixture {

    private static final int ROUNDS = Effort.times(100);

    PrincipalChecks(SessionEngineContract contract) {
        super(contract);
    }

    private static List<SessionHandle> handles(SessionEngine engine, String principal) {
        return engine.sessionsOf(principal).stream().map(SessionInfo::handle).toList();
    }

    @Test
    void sessionsOf_severalDevices_toldInOrderOfLogin() {
        SessionEngine engine = engine();
        Instant began = clock.instant();
        Browser phone = visitor(engine);
        clock.advance(Duration.ofMinutes(1));
        Browser laptop = new Browser();
        Session onLaptop = laptop.request(engine, session -> {
            session.login("ada");
            session.describe(Map.of("userAgent", "laptop"));
        });
        clock.advance(Duration.ofMinutes(1));
        Session onPhone = phone.request(engine, session -> {
            session.describe(Map.of("userAgent", "phone"));
            session.login("ada");
        });
        new Browser().login(engine, "bob");
        clock.advance(Duration.ofMinutes(1));
        laptop.request(engine);

        assertThat(engine.sessionsOf("ada"))
                .containsExactly(
                        new SessionInfo(
                                onLaptop.handle(),
                                began.plusSeconds(60),
                                began.plusSeconds(60),
                                began.plusSeconds(180),
                                Map.of("userAgent", "laptop")),
                        new SessionInfo(
                                onPhone.handle(),
                                began,
                                began.plusSeconds(120),
                                began.plusSeconds(120),
                                Map.of("userAgent", "phone")));
        assertThat(engine.sessionsOf("nobody")).isEmpty();
    }

    @Test
    void sessionsOf_expiredAndEnded_notAmongThem() {
        SessionEngine engine = engine();
        new Browser().login(engine, "ada");
        clock.advance(IDLE);
        Browser ended = new Browser().login(engine, "ada");
        ended.request(engine, Session::logout);
        Browser live = new Browser().login(engine, "ada");
        clock.advance(TOUCH);

        assertThat(handles(engine, "ada"))
                .containsExactly(found(engine.lookup(live.header())).handle());
    }

    @Test
    void end_byHandleFromTheList_endsThatOne() {
        SessionEngine engine = engine();
        Browser one = new Browser().login(engine, "ada");
        Browser other = new Browser().login(engine, "ada");

        SessionHandle handle = SessionHandle.parse(handles(engine, "ada").get(0).toString());
        assertThat(engine.end(handle)).isTrue();

        assertThat(isFound(engine, one)).isFalse();
        assertThat(isFound(engine, other)).isTrue();
    }

    @Test
    void logoutEverywhere_endsThatPrincipalsAndNoOthers() {
        SessionEngine engine = engine();
        List<Browser> adas = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            adas.add(new Browser().login(engine, "ada"));
        }
        Browser bob = new Browser().login(engine, "bob");
        Browser anonymous = visitor(engine);

        assertThat(engine.logoutEverywhere("ada")).isEqualTo(5);

        assertThat(adas).noneMatch(browser -> isFound(engine, browser));
        assertThat(isFound(engine, bob)).isTrue();
        assertThat(isFound(engine, anonymous)).isTrue();
        assertThat(engine.sessionsOf("ada")).isEmpty();
        assertThat(engine.logoutEverywhere("ada")).isZero();
    }

    @Test
    void logoutEverywhere_whileLoggingIn_endsEachWhoseLoginReturnedBefore() {
        SessionEngine engine = engine();
        for (int round = 0; round < ROUNDS; round++) {
            String principal = "ada" + round;
            Browser before = new Browser().login(engine, principal);

            List<Browser> browsers = Concurrently.all(
                    thread -> {
                        engine.logoutEverywhere(principal);
                        return before;
                    },
                    thread -> new Browser().login(engine, principal),
                    thread -> new Browser().login(engine, principal));

            assertThat(isFound(engine, before)).isFalse();
            // The index is exact: it lists each session of the principal, and no other.
            assertThat(engine.sessionsOf(principal)).hasSize((int) browsers.stream()
                    .filter(browser -> isFound(engine, browser))
                    .count());
            engine.logoutEverywhere(principal);
            assertThat(browsers).noneMatch(browser -> isFound(engine, browser));
        }
    }

    @Test
    void sessionsOf_loginReturned_isListedAtOnceOnEveryNode() {
        SessionEngine engine = engine();
        SessionEngine otherNode = engine(keys, storeOfAnotherNode(), settings -> settings);
        for (int round = 0; round < ROUNDS; round++) {
            String principal = "ada" + round;
            List<Boolean> listed = Concurrently.run(3, thread -> {
                SessionEngine mine = thread == 0 ? otherNode : engine;
                SessionEngine others = thread == 0 ? engine : otherNode;
                SessionHandle handle = new Browser()
                        .request(mine, session -> session.login(principal))
                        .handle();
                return handles(others, principal).contains(handle);
            });
            assertThat(listed).containsOnly(true);
        }
    }

    @Test
    void maxSessions_endOldest_theOldestGoes() {
        SessionEngine engine = engine(settings -> settings.maxSessionsPerPrincipal(2, SessionLimit.END_OLDEST_LOGIN));
        Browser first = new Browser().login(engine, "ada");
        Browser second = new Browser().login(engine, "ada");
        first.login(engine, "ada");

        Browser third = new Browser().login(engine, "ada");

        assertThat(isFound(engine, first)).isFalse();
        assertThat(isFound(engine, second)).isTrue();
        assertThat(isFound(engine, third)).isTrue();
        assertThat(engine.sessionsOf("ada")).hasSize(2);
    }

    @Test
    void maxSessions_refuse_nobodyGoes() {
        SessionEngine engine = engine(settings -> settings.maxSessionsPerPrincipal(2, SessionLimit.REFUSE));
        Browser first = new Browser().login(engine, "ada");
        new Browser().login(engine, "ada");
        Session third = engine.open((String) null);

        assertThatThrownBy(() -> third.login("ada")).isInstanceOf(SessionLimitException.class);

        assertThat(third.principal()).isNull();
        assertThat(engine.commit(third)).isEmpty();
        assertThat(engine.sessionsOf("ada")).hasSize(2);
        first.login(engine, "ada");
        first.request(engine, Session::logout);
        assertThat(new Browser().login(engine, "ada").header()).isNotNull();
        clock.advance(IDLE.plus(TOUCH));
        assertThat(new Browser().login(engine, "ada").header()).isNotNull();
    }

    @Tag("long")
    @Test
    void maxSessions_endOldestUnderConcurrentLogins_neverMoreAndTheLimitIsUsed() {
        SessionEngine engine = engine(settings -> settings.maxSessionsPerPrincipal(3, SessionLimit.END_OLDEST_LOGIN));
        for (int round = 0; round < ROUNDS; round++) {
            String principal = "ada" + round;

            List<Browser> browsers = Concurrently.run(6, thread -> new Browser().login(engine, principal));

            assertThat(engine.sessionsOf(principal)).hasSize(3);
            assertThat(browsers.stream().filter(browser -> isFound(engine, browser)))
                    .hasSize(3);
        }
    }

    @Test
    void maxSessions_refuseUnderConcurrentLogins_neverMore() {
        SessionEngine engine = engine(settings -> settings.maxSessionsPerPrincipal(3, SessionLimit.REFUSE));
        for (int round = 0; round < ROUNDS; round++) {
            String principal = "ada" + round;

            List<Boolean> loggedIn = Concurrently.run(6, thread -> {
                try {
                    new Browser().login(engine, principal);
                    return true;
                } catch (SessionLimitException e) {
                    return false;
                }
            });

            assertThat(loggedIn.stream().filter(each -> each)).hasSize(3);
            assertThat(engine.sessionsOf(principal)).hasSize(3);
        }
    }

    @Test
    void login_halfASurrogatePair_callersErrorAndNotAnotherPrincipal() {
        SessionEngine engine = engine();
        Session session = engine.open((String) null);

        assertThatThrownBy(() -> session.login("\ud800")).isInstanceOf(IllegalArgumentException.class);

        assertThat(session.principal()).isNull();
        assertThat(engine.sessionsOf("?")).isEmpty();
    }

    @Test
    void sessionsOf_manyOtherSessions_costDependsOnOnesOwn() {
        SessionEngine engine = engine();
        for (int i = 0; i < 500; i++) {
            new Browser().login(engine, "user" + i);
        }
        new Browser().login(engine, "ada");
        store().reads.set(0);
        store().indexReads.set(0);

        assertThat(engine.sessionsOf("ada")).hasSize(1);

        assertThat(store().reads.get() + store().indexReads.get()).isEqualTo(1);
    }

    @Test
    void login_beyondTheLimitOfLeastRecentlyUsed_endsTheIdleDevice() {
        SessionEngine engine =
                engine(settings -> settings.maxSessionsPerPrincipal(2, SessionLimit.END_LEAST_RECENTLY_USED));
        Browser inUse = new Browser().login(engine, "ada");
        clock.advance(Duration.ofMinutes(1));
        Browser idle = new Browser().login(engine, "ada");
        clock.advance(Duration.ofMinutes(1));
        inUse.request(engine);
        clock.advance(Duration.ofMinutes(1));

        Browser newest = new Browser().login(engine, "ada");

        assertThat(isFound(engine, inUse)).isTrue();
        assertThat(isFound(engine, newest)).isTrue();
        assertThat(isFound(engine, idle)).isFalse();
    }

    @Test
    void login_beyondTheLimitOfOldestLogin_endsTheFirstLogin() {
        SessionEngine engine = engine(settings -> settings.maxSessionsPerPrincipal(2, SessionLimit.END_OLDEST_LOGIN));
        Browser inUse = new Browser().login(engine, "ada");
        Browser idle = new Browser().login(engine, "ada");
        clock.advance(Duration.ofMinutes(1));
        inUse.request(engine);

        new Browser().login(engine, "ada");

        assertThat(isFound(engine, inUse)).isFalse();
        assertThat(isFound(engine, idle)).isTrue();
    }

    @Test
    void login_concurrentlyAtALimitOfLeastRecentlyUsed_neverMoreAndTheLimitIsUsed() {
        SessionEngine engine =
                engine(settings -> settings.maxSessionsPerPrincipal(1, SessionLimit.END_LEAST_RECENTLY_USED));
        for (int round = 0; round < 10; round++) {
            String principal = "ada" + round;
            Concurrently.run(8, thread -> new Browser().login(engine, principal));

            assertThat(engine.sessionsOf(principal)).hasSize(1);
        }
    }

    @Test
    void login_bothSeeEachOtherAtALimitOfLeastRecentlyUsed_theLaterOneStays() throws Exception {
        SessionEngine engine =
                engine(settings -> settings.maxSessionsPerPrincipal(1, SessionLimit.END_LEAST_RECENTLY_USED));
        CountDownLatch bothRead = new CountDownLatch(1);
        CountDownLatch firstIsDone = new CountDownLatch(1);
        Browser later = new Browser();
        CompletableFuture<Void> second = new CompletableFuture<>();
        store().beforeIndexRead = () -> {
            store().beforeIndexRead = () -> store().beforeWrite = () -> {
                bothRead.countDown();
                await(firstIsDone);
            };
            second.completeAsync(() -> {
                later.login(engine, "ada");
                return null;
            });
            await(bothRead);
        };

        new Browser().login(engine, "ada");
        firstIsDone.countDown();
        second.get(30, TimeUnit.SECONDS);

        assertThat(engine.sessionsOf("ada")).hasSize(1);
        assertThat(isFound(engine, later)).isTrue();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void login_oneUserManyTimesWithDefaultSettings_keepsAHundredSessions() {
        SessionEngine engine = engine();
        for (int i = 0; i < 105; i++) {
            clock.advance(Duration.ofMillis(10));
            new Browser().login(engine, "ada");
        }

        assertThat(engine.sessionsOf("ada")).hasSize(100);
    }
}
