package dev.cloakroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.Attribute;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEndedException;
import dev.cloakroom.SessionEngine;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Checks that a value which may be made only once is made once, for any number of threads and nodes. */
abstract class SingleFlightChecks extends EngineFixture {

    private static final Attribute<String> TOKEN = Attribute.ofString("token");
    private static final Duration LEASE = Duration.ofSeconds(30);

    private final SessionEngine engine;
    private final SessionEngine otherNode;
    private final Browser browser;

    SingleFlightChecks(SessionEngineContract contract) {
        super(contract);
        engine = engine();
        otherNode = engine(keys, storeOfAnotherNode(), settings -> settings);
        browser = new Browser().login(engine, "ada");
    }

    private SessionEngine node(int thread) {
        return thread % 2 == 0 ? engine : otherNode;
    }

    @Test
    void refresh_missing_madeAndStoredWithoutACommit() {
        Session session = engine.open(browser.header());
        session.put(COAT, "red");

        assertThat(session.refresh(TOKEN, token -> false, old -> old + "1")).isEqualTo("null1");

        assertThat(session.get(TOKEN)).isEqualTo("null1");
        Session other = found(otherNode.lookup(browser.header()));
        assertThat(other.get(TOKEN)).isEqualTo("null1");
        assertThat(other.get(COAT)).as("not committed yet").isNull();
        assertThat(other.attributeNames()).containsExactly("token");
        engine.commit(session);
        assertThat(found(otherNode.lookup(browser.header())).get(COAT)).isEqualTo("red");
    }

    @Test
    void refresh_fresh_notMadeAgain() {
        browser.request(engine, session -> session.put(TOKEN, "fresh"));
        Session session = engine.open(browser.header());
        int writes = store().writes.get();

        assertThat(session.refresh(TOKEN, token -> !token.equals("fresh"), old -> {
                    throw new AssertionError("not stale");
                }))
                .isEqualTo("fresh");
        assertThat(store().writes).hasValue(writes);
    }

    @Tag("long")
    @Test
    void refresh_manyRequestsOnTwoNodes_madeOnce() {
        for (int round = 0; round < Effort.times(30); round++) {
            String stale = "token " + round;
            String fresh = "token " + (round + 1);
            browser.request(engine, session -> session.put(TOKEN, stale));
            AtomicInteger made = new AtomicInteger();

            List<String> values = Concurrently.run(6, thread -> {
                Session session = node(thread).open(browser.header());
                return session.refresh(TOKEN, stale::equals, old -> {
                    made.incrementAndGet();
                    assertThat(old).isEqualTo(stale);
                    return fresh;
                });
            });

            assertThat(values).containsOnly(fresh);
            assertThat(made).hasValue(1);
        }
    }

    @Test
    void refresh_someoneElseAtIt_waitsForTheResult() throws Exception {
        CountDownLatch refreshing = new CountDownLatch(1);
        CountDownLatch othersWait = new CountDownLatch(1);
        AtomicInteger made = new AtomicInteger();

        List<String> values = Concurrently.all(
                thread -> engine.open(browser.header()).refresh(TOKEN, token -> false, old -> {
                    made.incrementAndGet();
                    refreshing.countDown();
                    await(othersWait);
                    return "made";
                }),
                thread -> {
                    await(refreshing);
                    othersWait.countDown();
                    return otherNode.open(browser.header()).refresh(TOKEN, token -> false, old -> {
                        made.incrementAndGet();
                        return "made twice";
                    });
                },
                thread -> {
                    await(refreshing);
                    return engine.open(browser.header()).refresh(TOKEN, token -> false, old -> {
                        made.incrementAndGet();
                        return "made twice";
                    });
                });

        assertThat(values).containsOnly("made");
        assertThat(made).hasValue(1);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void refresh_refresherFails_sameFailureAndNothingStored() {
        Session session = engine.open(browser.header());

        assertThatThrownBy(() -> session.refresh(TOKEN, token -> false, old -> {
                    throw new IllegalArgumentException("the provider said no");
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the provider said no");

        Session next = otherNode.open(browser.header());
        assertThat(next.get(TOKEN)).isNull();
        assertThat(next.refresh(TOKEN, token -> false, old -> "second try")).isEqualTo("second try");
    }

    @Test
    void refresh_holderDied_freeAfterTheLease() {
        // A node that died: for the others, its refresh never completes.
        CountDownLatch taken = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger made = new AtomicInteger();

        List<String> values = Concurrently.all(
                thread -> {
                    try {
                        return engine.open(browser.header()).refresh(TOKEN, token -> false, old -> {
                            taken.countDown();
                            await(end);
                            throw new IllegalStateException("dead");
                        });
                    } catch (IllegalStateException e) {
                        return "dead";
                    }
                },
                thread -> {
                    await(taken);
                    clock.advance(LEASE);
                    try {
                        return otherNode.open(browser.header()).refresh(TOKEN, token -> false, old -> {
                            made.incrementAndGet();
                            return "by the other";
                        });
                    } finally {
                        end.countDown();
                    }
                });

        assertThat(values).containsExactly("dead", "by the other");
        assertThat(made).hasValue(1);
        assertThat(found(engine.lookup(browser.header())).get(TOKEN)).isEqualTo("by the other");
    }

    @Tag("long")
    @Test
    void refresh_slowerThanItsLeaseAndAlive_keepsTheLease() {
        WatchedStore holders = store();
        try (SessionEngine holder = realTimeEngine(holders);
                SessionEngine other = realTimeEngine(storeOfAnotherNode())) {
            Browser ada = new Browser().login(holder, "ada");
            CountDownLatch taken = new CountDownLatch(1);
            AtomicInteger made = new AtomicInteger();

            List<String> values = Concurrently.all(
                    thread -> holder.open(ada.header()).refresh(TOKEN, token -> false, old -> {
                        made.incrementAndGet();
                        taken.countDown();
                        // Longer than a lease, which is renewed three times in its length.
                        awaitWrites(holders, holders.writes.get() + 5);
                        return "made";
                    }),
                    thread -> {
                        await(taken);
                        return other.open(ada.header()).refresh(TOKEN, token -> false, old -> {
                            made.incrementAndGet();
                            return "made twice";
                        });
                    });

            assertThat(values).containsOnly("made");
            assertThat(made).hasValue(1);
        }
    }

    /** Returns an engine with a running clock: leases are renewed in real time. */
    private SessionEngine realTimeEngine(WatchedStore sessions) {
        return SessionEngine.builder()
                .keys(keys)
                .store(sessions)
                .withoutSweeping()
                .refreshLease(Duration.ofSeconds(3))
                .build();
    }

    private static void awaitWrites(WatchedStore store, int writes) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (store.writes.get() < writes) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    @Test
    void refresh_slowerThanItsLease_doesNotOverwriteANewerValue() {
        String value = engine.open(browser.header()).refresh(TOKEN, token -> false, old -> {
            clock.advance(LEASE);
            otherNode.open(browser.header()).refresh(TOKEN, token -> false, older -> "newer");
            return "late";
        });

        assertThat(value).isEqualTo("newer");
        assertThat(found(engine.lookup(browser.header())).get(TOKEN)).isEqualTo("newer");
    }

    @Test
    void refresh_sessionEndsMeanwhile_saysSo() {
        Session session = engine.open(browser.header());

        assertThatThrownBy(() -> session.refresh(TOKEN, token -> false, old -> {
                    engine.logoutEverywhere("ada");
                    return "too late";
                }))
                .isInstanceOf(SessionEndedException.class);
        assertThat(store().sessions()).isZero();
    }

    @Test
    void refresh_newSession_storedWithTheCommit() {
        Session session = engine.open((String) null);

        assertThat(session.refresh(TOKEN, token -> false, old -> "made")).isEqualTo("made");

        Browser fresh = new Browser();
        fresh.receive(engine.commit(session));
        assertThat(found(engine.lookup(fresh.header())).get(TOKEN)).isEqualTo("made");
    }

    @Test
    void refresh_tooLargeOrNull_refusedAndFree() {
        Session session = engine.open(browser.header());

        assertThatThrownBy(() -> session.refresh(TOKEN, token -> false, old -> "x".repeat(70_000)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(session.refresh(TOKEN, token -> false, old -> "small")).isEqualTo("small");
    }
}
