package dev.cloakroom.testkit;

import dev.cloakroom.Attribute;
import dev.cloakroom.Lookup;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.key.KeyAlgorithm;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.key.SigningKey;
import dev.cloakroom.store.SessionStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** The fixture of tests of an engine: a manual clock, keys, and a store under test. */
abstract class EngineFixture {

    static final Attribute<String> COAT = Attribute.ofString("coat");
    static final Attribute<String> HAT = Attribute.ofString("hat");
    static final Attribute<Long> VISITS = Attribute.ofLong("visits");

    static final Duration IDLE = Duration.ofMinutes(30);
    static final Duration ABSOLUTE = Duration.ofHours(12);
    static final Duration RENEWAL = Duration.ofMinutes(15);
    static final Duration GRACE = Duration.ofSeconds(30);
    static final Duration TOUCH = Duration.ofSeconds(1);

    final ManualClock clock = new ManualClock(Instant.now());
    final KeyRing keys = KeyRing.of(SigningKey.generate(KeyAlgorithm.HMAC_SHA_256));

    private final SessionEngineContract contract;
    private final List<SessionEngine> engines = new ArrayList<>();
    private @Nullable WatchedStore store;

    EngineFixture(SessionEngineContract contract) {
        this.contract = contract;
    }

    @AfterEach
    final void closeEngines() {
        engines.forEach(SessionEngine::close);
    }

    /** Returns the store of all this test's engines. */
    final WatchedStore store() {
        WatchedStore present = store;
        if (present == null) {
            present = WatchedStore.of(contract.openStore());
            store = present;
        }
        return present;
    }

    final int repetitions(int usual) {
        return contract.repetitions(usual);
    }

    /** Returns an engine with the default settings. */
    final SessionEngine engine() {
        return engine(settings -> settings);
    }

    /** Returns an engine with some settings besides keys, store, clock and sweeping. */
    final SessionEngine engine(UnaryOperator<SessionEngine.Builder> settings) {
        return engine(keys, store(), settings);
    }

    final SessionEngine engine(KeyRing ring, SessionStore sessions, UnaryOperator<SessionEngine.Builder> settings) {
        SessionEngine engine = settings.apply(SessionEngine.builder()
                        .keys(ring)
                        .store(sessions)
                        .clock(clock)
                        .withoutSweeping())
                .build();
        engines.add(engine);
        return engine;
    }

    /** Returns the store of another node of the cluster, or the same store if there is no cluster. */
    final WatchedStore storeOfAnotherNode() {
        return WatchedStore.of(contract.peerOf(store().watched()));
    }

    static Session found(Lookup lookup) {
        if (lookup instanceof Lookup.Found found) {
            return found.session();
        }
        throw new AssertionError("expected a session, but: " + lookup);
    }

    static boolean isFound(SessionEngine engine, Browser browser) {
        return engine.lookup(browser.header()) instanceof Lookup.Found;
    }

    /** Returns a browser with a session that holds a coat. */
    static Browser visitor(SessionEngine engine) {
        Browser browser = new Browser();
        browser.request(engine, session -> session.put(COAT, "red"));
        return browser;
    }
}
