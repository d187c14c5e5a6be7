package dev.cloakroom.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.key.KeyRing;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

/** What Micrometer gets to see of an engine. */
class CloakroomMetricsTest {

    @Test
    void registry_boundToBusyEngine_showsItsFigures() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        try (SessionEngine engine =
                SessionEngine.builder().keys(KeyRing.random()).build()) {
            new CloakroomMetrics(engine).bindTo(registry);
            Session session = engine.open((String) null);
            session.login("ada");
            engine.commit(session);
            engine.lookup("__Host-Http-session=forged");

            assertThat(registry.get("cloakroom.sessions").gauge().value()).isEqualTo(1);
            assertThat(counter(registry, "cloakroom.lookups")).isEqualTo(2);
            assertThat(counter(registry, "cloakroom.lookups.rejected")).isEqualTo(1);
            assertThat(counter(registry, "cloakroom.logins")).isEqualTo(1);
            assertThat(counter(registry, "cloakroom.store.writes")).isPositive();
            assertThat(registry.get("cloakroom.commit.time")
                            .tag("phi", "1")
                            .gauge()
                            .value())
                    .isPositive();
        }
    }

    @Test
    void registry_boundToEngine_hasAMeterForEveryFigure() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        try (SessionEngine engine =
                SessionEngine.builder().keys(KeyRing.random()).build()) {
            new CloakroomMetrics(engine).bindTo(registry);

            // 13 figures, and two distributions of three quantiles each.
            assertThat(registry.getMeters())
                    .hasSize(13 + 2 * 3)
                    .allSatisfy(
                            meter -> assertThat(meter.getId().getDescription()).isNotBlank());
        }
    }

    private static double counter(SimpleMeterRegistry registry, String name) {
        return registry.get(name).functionCounter().count();
    }
}
