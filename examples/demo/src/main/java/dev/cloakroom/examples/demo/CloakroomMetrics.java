package dev.cloakroom.examples.demo;

import dev.cloakroom.EngineMetrics;
import dev.cloakroom.SessionEngine;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Has Micrometer publish what an engine counts. The engine itself depends on no metrics library; this class is meant to
 * be copied.
 */
public final class CloakroomMetrics implements MeterBinder {

    private static final double NANOS_PER_SECOND = 1e9;

    private final SessionEngine engine;

    /** Makes a binding for an engine; the registry keeps no hold of the engine. */
    public CloakroomMetrics(SessionEngine engine) {
        this.engine = engine;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("cloakroom.sessions", engine, e -> e.metrics().sessions())
                .description("Sessions in the store")
                .register(registry);
        counter(registry, "cloakroom.lookups", "Cookie headers looked at", EngineMetrics::lookups);
        counter(registry, "cloakroom.lookups.found", "Lookups that found a live session", EngineMetrics::found);
        counter(
                registry,
                "cloakroom.lookups.rejected",
                "Lookups of cookies that no key of the ring signed",
                EngineMetrics::rejectedCookies);
        counter(registry, "cloakroom.lookups.ended", "Lookups of sessions that were over", EngineMetrics::endedLookups);
        counter(registry, "cloakroom.store.reads", "Records asked of the store", EngineMetrics::storeReads);
        counter(registry, "cloakroom.store.writes", "Records written or deleted", EngineMetrics::storeWrites);
        counter(registry, "cloakroom.store.touches", "Last accesses stored", EngineMetrics::touches);
        counter(
                registry,
                "cloakroom.store.conflicts",
                "Writes that another request got in ahead of",
                EngineMetrics::conflicts);
        counter(registry, "cloakroom.sessions.created", "Sessions stored for the first time", EngineMetrics::created);
        counter(registry, "cloakroom.logins", "Principals bound", EngineMetrics::logins);
        counter(registry, "cloakroom.renewals", "Ids renewed", EngineMetrics::renewals);
        counter(registry, "cloakroom.sessions.ended", "Sessions ended", EngineMetrics::endings);
        latency(registry, "cloakroom.lookup.time", "How long lookups take", EngineMetrics::lookupLatency);
        latency(registry, "cloakroom.commit.time", "How long commits take", EngineMetrics::commitLatency);
    }

    private void counter(
            MeterRegistry registry, String name, String description, ToDoubleFunction<EngineMetrics> figure) {
        FunctionCounter.builder(name, engine, e -> figure.applyAsDouble(e.metrics()))
                .description(description)
                .register(registry);
    }

    private void latency(
            MeterRegistry registry,
            String name,
            String description,
            Function<EngineMetrics, EngineMetrics.Latency> distribution) {
        Map<String, Function<EngineMetrics.Latency, Duration>> quantiles = Map.of(
                "0.5", EngineMetrics.Latency::median,
                "0.99", EngineMetrics.Latency::p99,
                "1", EngineMetrics.Latency::maximum);
        quantiles.forEach((phi, quantile) -> Gauge.builder(
                        name,
                        engine,
                        e -> quantile.apply(distribution.apply(e.metrics())).toNanos() / NANOS_PER_SECOND)
                .description(description)
                .baseUnit("seconds")
                .tag("phi", phi)
                .register(registry));
    }
}
