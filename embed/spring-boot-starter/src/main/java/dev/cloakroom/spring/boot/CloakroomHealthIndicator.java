package dev.cloakroom.spring.boot;

import dev.cloakroom.EngineHealth;
import dev.cloakroom.SessionEngine;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/**
 * Tells whether the store answers and a key signs. A key file that cannot be used is a detail, not a failure: the keys
 * before it stay in force, and a restart would make it worse.
 */
final class CloakroomHealthIndicator extends AbstractHealthIndicator {

    private final SessionEngine engine;

    CloakroomHealthIndicator(SessionEngine engine) {
        this.engine = engine;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        EngineHealth health = engine.health();
        builder.status(health.storeProblem() == null && health.keys().active() > 0 ? Status.UP : Status.DOWN);
        builder.withDetail("activeKeys", health.keys().active());
        if (!health.isHealthy()) {
            builder.withDetail("problems", health.problems());
        }
    }
}
