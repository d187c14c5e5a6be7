package dev.cloakroom;

import dev.cloakroom.store.SessionRecord;
import java.time.Duration;

/**
 * Removes expired sessions from the store, a share of them at a time, so that the whole store is looked through about
 * once in {@value #ROUNDS} rounds and no round is long. Correctness does not depend on it: lookups check deadlines
 * themselves.
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
                "expired sessions could not be swept; the sweeper tries again, and says no more until it succeeds");
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
