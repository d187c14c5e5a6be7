package dev.cloakroom.spring.boot;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.SessionHandle;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.key.KeyRingStatus;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Tells whether the store answers and a key signs. A key file that cannot be used is a detail, not a failure: the keys
 * before it stay in force, and a restart would make it worse.
 */
final class CloakroomHealthIndicator extends AbstractHealthIndicator {

    /** Of no session. */
    private static final SessionHandle NOBODYS = SessionHandle.parse("A".repeat(22));

    private final SessionEngine engine;
    private final @Nullable KeyRing keys;

    CloakroomHealthIndicator(SessionEngine engine, @Nullable KeyRing keys) {
        super("the session store does not answer");
        this.engine = engine;
        this.keys = keys;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        engine.find(NOBODYS);
        builder.up().withDetail("sessions", engine.metrics().sessions());
        if (keys != null) {
            KeyRingStatus status = keys.status();
            if (status.active() == 0) {
                builder.down();
            }
            builder.withDetail("activeKeys", status.active());
            String problem = status.problem();
            if (problem != null) {
                builder.withDetail("keysProblem", problem);
            }
        }
    }
}
