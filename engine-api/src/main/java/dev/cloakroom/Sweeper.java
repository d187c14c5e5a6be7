package dev.cloakroom;

import dev.cloakroom.store.SessionRecord;
import java.time.Duration;

/**
 * Removes expired sessions from the store. Each round examines a share of the sessions, and about {@value #ROUNDS}
 * rounds examine all, so that no round is long. Correctness does not depend on sweeping: lookups check deadlines.
 */
final class Sweeper {

    private static final int ROUNDS = 60;
    private static final int SMALLEST_SHARE = 1_000;

    private final EngineContext context;

    Sweeper(EngineContext context) {
        this.context = context;
    }

    void runEvery(Duration interval, Background background) {
        background.every(
                interval,
                this::sweepShare,
                "expired sessions could not be swept: check the store; the sweeper tries again and logs nothing until it"
                        + " succeeds");
    }

    private void sweepShare() {
        sweep((int) Math.min(
                Integer.MAX_VALUE, Math.max(SMALLEST_SHARE, context.store().size() / ROUNDS)));
    }

    int sweep(int limit) {
        return context.store().sweep(context.now(), limit, this::expired);
    }

    private void expired(SessionRecord record) {
        context.meter().writes.increment();
        context.events().removed(record, SessionEvent.Cause.EXPIRED);
    }
}
