package dev.cloakroom;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.cookie.CookiePolicy;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.key.KeySet;
import dev.cloakroom.store.HeapSessionStore;
import dev.cloakroom.store.StoreUnavailableException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class SessionEngineBuilderTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    /** Each setting once. */
    static final List<Consumer<SessionEngine.Builder>> SETTINGS = List.of(
            builder -> builder.store(HeapSessionStore.create()),
            builder -> builder.cookie(CookiePolicy.strict()),
            builder -> builder.idleTimeout(MINUTE),
            builder -> builder.absoluteTimeout(Duration.ofDays(1)),
            builder -> builder.persistentTimeouts(MINUTE, MINUTE),
            builder -> builder.renewalInterval(MINUTE),
            builder -> builder.renewalGrace(MINUTE),
            builder -> builder.touchInterval(MINUTE),
            builder -> builder.refreshLease(MINUTE),
            builder -> builder.sweepInterval(MINUTE),
            SessionEngine.Builder::withoutSweeping,
            builder -> builder.maxAttributeSize(1),
            builder -> builder.maxSessionSize(1_000_000),
            builder -> builder.maxSessionsPerPrincipal(1, SessionLimit.REFUSE),
            builder -> builder.sealing(true),
            builder -> builder.listener(event -> {}),
            builder -> builder.clock(InstantSource.system()),
            builder -> builder.random(new SecureRandom()));

    /** What does not fit together, or makes no sense. */
    static final List<UnaryOperator<SessionEngine.Builder>> CONTRADICTIONS = List.of(
            builder -> builder.idleTimeout(Duration.ofDays(1)),
            builder -> builder.idleTimeout(Duration.ZERO),
            builder -> builder.idleTimeout(Duration.ofNanos(1)),
            builder -> builder.absoluteTimeout(Duration.ofSeconds(-1)),
            builder -> builder.persistentTimeouts(Duration.ofDays(2), Duration.ofDays(1)),
            builder -> builder.persistentTimeouts(Duration.ofDays(2), Duration.ZERO),
            builder -> builder.renewalGrace(Duration.ofHours(1)),
            builder -> builder.touchInterval(Duration.ofHours(1)),
            builder -> builder.maxAttributeSize(0),
            builder -> builder.maxAttributeSize(2_000).maxSessionSize(1_000),
            builder -> builder.maxSessionsPerPrincipal(0, SessionLimit.REFUSE));

    private static SessionEngine.Builder builder() {
        return SessionEngine.builder().keys(KeyRing.random());
    }

    @ParameterizedTest
    @FieldSource("SETTINGS")
    void setting_once_builds(Consumer<SessionEngine.Builder> setting) {
        SessionEngine.Builder builder = builder();
        setting.accept(builder);

        builder.build().close();
    }

    @ParameterizedTest
    @FieldSource("SETTINGS")
    void setting_twice_refused(Consumer<SessionEngine.Builder> setting) {
        SessionEngine.Builder builder = builder();
        setting.accept(builder);

        assertThatThrownBy(() -> setting.accept(builder))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("before");
    }

    @ParameterizedTest
    @FieldSource("CONTRADICTIONS")
    void build_contradiction_refused(UnaryOperator<SessionEngine.Builder> settings) {
        assertThatThrownBy(() -> settings.apply(builder()).build()).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void build_noKeysOrNoneThatSigns_refused() {
        assertThatThrownBy(() -> SessionEngine.builder().build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("keys");
        assertThatThrownBy(() ->
                        SessionEngine.builder().keys(KeyRing.of(KeySet.EMPTY)).build())
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void build_contradiction_messageQuotesBoth() {
        assertThatThrownBy(() -> builder()
                        .idleTimeout(Duration.ofHours(2))
                        .absoluteTimeout(Duration.ofHours(1))
                        .build())
                .hasMessageContaining("PT2H")
                .hasMessageContaining("PT1H");
    }

    @Test
    void close_twice_doesNothingMore() {
        SessionEngine engine = builder().build();
        engine.close();
        engine.close();

        assertThatThrownBy(engine::metrics).isInstanceOf(StoreUnavailableException.class);
    }
}
