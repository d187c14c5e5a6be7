package dev.cloakroom.tokenhandler;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts. Safe for use by any number of threads. */
final class Meters {

    final LongAdder logins = new LongAdder();
    final LongAdder refreshes = new LongAdder();
    final LongAdder failedRefreshes = new LongAdder();
    final LongAdder logouts = new LongAdder();
    final LongAdder backchannelLogouts = new LongAdder();

    private final LongAdder upstreamRequests = new LongAdder();
    private final LongAdder upstreamNanos = new LongAdder();
    private final Map<Refusal, LongAdder> refusals = new EnumMap<>(Refusal.class);

    Meters() {
        for (Refusal refusal : Refusal.values()) {
            refusals.put(refusal, new LongAdder());
        }
    }

    void refused(Refusal refusal) {
        LongAdder adder = refusals.get(refusal);
        if (adder != null) {
            adder.increment();
        }
    }

    void answered(long nanos) {
        upstreamRequests.increment();
        upstreamNanos.add(nanos);
    }

    TokenHandlerMetrics snapshot() {
        Map<Refusal, Long> refused = new EnumMap<>(Refusal.class);
        refusals.forEach((refusal, adder) -> refused.put(refusal, adder.sum()));
        return new TokenHandlerMetrics(
                logins.sum(),
                refreshes.sum(),
                failedRefreshes.sum(),
                logouts.sum(),
                backchannelLogouts.sum(),
                Map.copyOf(refused),
                upstreamRequests.sum(),
                Duration.ofNanos(upstreamNanos.sum()));
    }
}
