package dev.cloakroom;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.key.KeyAlgorithm;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.key.KeyRingFile;
import dev.cloakroom.key.KeyRingStatus;
import dev.cloakroom.key.KeySet;
import dev.cloakroom.key.KeyState;
import dev.cloakroom.key.SigningKey;
import dev.cloakroom.store.HeapSessionStore;
import dev.cloakroom.store.SessionStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the health check says, and what it costs. */
class EngineHealthTest {

    private static SessionEngine engine(KeyRing keys, SessionStore store) {
        return SessionEngine.builder().keys(keys).store(store).withoutSweeping().build();
    }

    private static EngineHealth healthOf(SessionEngine engine) throws Exception {
        EngineHealth health = engine.health();
        assertThat(engine.healthAsync().toCompletableFuture().get(10, TimeUnit.SECONDS))
                .isEqualTo(health);
        return health;
    }

    @Test
    void health_storeAnswersAndKeySigns_healthyAndUncounted() throws Exception {
        try (SessionEngine engine = engine(KeyRing.random(), HeapSessionStore.create())) {
            assertThat(healthOf(engine)).satisfies(health -> {
                assertThat(health.isHealthy()).isTrue();
                assertThat(health.problems()).isEmpty();
                assertThat(health.keys().active()).isOne();
            });
            assertThat(engine.metrics().storeReads()).isZero();
        }
    }

    @Test
    void health_storeClosed_tellsTheStoresOwnMessage() throws Exception {
        SessionEngine engine = engine(KeyRing.random(), HeapSessionStore.create());
        engine.close();

        EngineHealth health = healthOf(engine);

        assertThat(health.isHealthy()).isFalse();
        assertThat(health.storeProblem()).contains("closed").contains("open another one");
        assertThat(health.problems()).containsExactly(health.storeProblem());
    }

    @Test
    void health_storeBreaksItsContract_tellsTheClassAndNoMessage() throws Exception {
        SessionStore broken = brokenLoad(new IllegalStateException("a secret"));
        try (SessionEngine engine = engine(KeyRing.random(), broken)) {
            assertThat(healthOf(engine).storeProblem())
                    .contains("IllegalStateException")
                    .doesNotContain("secret");
        }
    }

    @Test
    void health_keyFileGoes_tellsTheFile(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("keys.txt");
        KeyRingFile.create(file, KeySet.of(List.of(SigningKey.generate(KeyAlgorithm.HMAC_SHA_256))));
        try (SessionEngine engine = engine(KeyRing.fromFile(file), HeapSessionStore.create())) {
            assertThat(healthOf(engine).isHealthy()).isTrue();
            Files.delete(file);
            Instant patience = Instant.now().plus(Duration.ofSeconds(20));
            while (engine.health().isHealthy() && Instant.now().isBefore(patience)) {
                TimeUnit.MILLISECONDS.sleep(20);
            }

            EngineHealth health = engine.health();

            assertThat(health.storeProblem()).isNull();
            assertThat(health.keyProblem()).contains(file.toString());
            assertThat(health.problems()).containsExactly(health.keyProblem());
        }
    }

    @Test
    void health_noKeySignsAnyMore_saysSo() throws Exception {
        SigningKey key = SigningKey.generate(KeyAlgorithm.HMAC_SHA_256);
        KeyRing ring = KeyRing.of(key);
        try (SessionEngine engine = engine(ring, HeapSessionStore.create())) {
            ring.replace(KeySet.of(
                    List.of(key.withState(new KeyState.Retired(Instant.now().plusSeconds(60))))));

            assertThat(healthOf(engine).keyProblem()).contains("no key is active");
        }
    }

    @Test
    void health_keyFileUnconfirmedForLong_saysSo() {
        Instant now = Instant.parse("2026-11-28T12:00:00Z");
        KeyRingStatus fresh = new KeyRingStatus(now.minusSeconds(60), null, 1, 0, 0, 0);
        KeyRingStatus stale = new KeyRingStatus(now.minusSeconds(61), null, 1, 0, 0, 0);

        assertThat(EngineHealth.of(null, fresh, now).isHealthy()).isTrue();
        assertThat(EngineHealth.of(null, stale, now).keyProblem()).contains("2026-11-28T11:58:59Z", "file system");
    }

    private static SessionStore brokenLoad(RuntimeException failure) {
        SessionStore store = HeapSessionStore.create();
        return (SessionStore) Proxy.newProxyInstance(
                SessionStore.class.getClassLoader(),
                new Class<?>[] {SessionStore.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("load")) {
                        throw failure;
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
