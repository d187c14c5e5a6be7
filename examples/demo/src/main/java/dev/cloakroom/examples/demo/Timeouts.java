package dev.cloakroom.examples.demo;

import dev.cloakroom.SessionEngine;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long sessions and their ids live. Timeouts that the command line sets limit the others: with an absolute timeout of
 * ten seconds, the idle timeout is ten seconds at most.
 */
record Timeouts(
        Duration idle,
        Duration absolute,
        Duration persistentIdle,
        Duration persistentAbsolute,
        Duration renewalInterval,
        Duration renewalGrace) {

    private static final Duration DEFAULT_IDLE = Duration.ofMinutes(30);
    private static final Duration DEFAULT_ABSOLUTE = Duration.ofHours(12);
    private static final Duration DEFAULT_PERSISTENT = Duration.ofDays(30);
    private static final Duration DEFAULT_RENEWAL_INTERVAL = Duration.ofMinutes(15);
    private static final Duration DEFAULT_RENEWAL_GRACE = Duration.ofSeconds(30);

    /** What holds if the command line sets none. */
    static final Timeouts DEFAULT = new Timeouts(
            DEFAULT_IDLE,
            DEFAULT_ABSOLUTE,
            DEFAULT_PERSISTENT,
            DEFAULT_PERSISTENT,
            DEFAULT_RENEWAL_INTERVAL,
            DEFAULT_RENEWAL_GRACE);

    /** Completes what was asked for; null stands for what was not. */
    static Timeouts of(@Nullable Duration idle, @Nullable Duration absolute, @Nullable Duration renewalInterval)
            throws UsageException {
        if (idle != null && absolute != null && idle.compareTo(absolute) > 0) {
            throw new UsageException("--idle-timeout " + idle + " is longer than --absolute-timeout " + absolute);
        }
        Duration longest = absolute != null ? absolute : longer(DEFAULT_ABSOLUTE, idle);
        Duration longestPersistent = absolute != null ? absolute : longer(DEFAULT_PERSISTENT, idle);
        Duration interval = renewalInterval != null ? renewalInterval : DEFAULT_RENEWAL_INTERVAL;
        return new Timeouts(
                idle != null ? idle : shorter(DEFAULT_IDLE, longest),
                longest,
                idle != null ? idle : longestPersistent,
                longestPersistent,
                interval,
                shorter(DEFAULT_RENEWAL_GRACE, interval));
    }

    /** Gives them to an engine's builder. */
    SessionEngine.Builder applyTo(SessionEngine.Builder builder) {
        return builder.idleTimeout(idle)
                .absoluteTimeout(absolute)
                .persistentTimeouts(persistentIdle, persistentAbsolute)
                .renewalInterval(renewalInterval)
                .renewalGrace(renewalGrace);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }

    private static Duration longer(Duration one, @Nullable Duration other) {
        return other == null || one.compareTo(other) >= 0 ? one : other;
    }
}
