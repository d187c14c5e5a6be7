package dev.cloakroom.micrometer;

import dev.cloakroom.EngineMetrics;
import dev.cloakroom.EngineMetrics.Latency;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.key.KeyRingStatus;
import dev.cloakroom.store.StoreUnavailableException;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Publishes the figures of a {@link SessionEngine} as Micrometer meters.
 *
 * <pre>{@code
 * new CloakroomMetrics(engine).bindTo(registry);
 * }</pre>
 *
 * <p>{@link #bindTo} registers all meters at once, so each is there before the first request. They are:
 *
 * <table>
 * <caption>Meters</caption>
 * <tr><th>Name</th><th>Type</th><th>Tags</th><th>Meaning</th></tr>
 * <tr><td>{@code cloakroom.sessions}</td><td>gauge</td><td></td><td>Sessions in the store, expired ones not yet swept included</td></tr>
 * <tr><td>{@code cloakroom.lookups}</td><td>counter</td><td>{@code outcome}: found, absent, rejected, ended</td><td>Lookups of a Cookie header</td></tr>
 * <tr><td>{@code cloakroom.lookup.time}</td><td>gauge</td><td>{@code phi}: 0.5, 0.99, 1</td><td>Quantile of the time that lookups took, in seconds</td></tr>
 * <tr><td>{@code cloakroom.commit.time}</td><td>gauge</td><td>{@code phi}: 0.5, 0.99, 1</td><td>Quantile of the time that commits took, in seconds</td></tr>
 * <tr><td>{@code cloakroom.store.reads}</td><td>counter</td><td></td><td>Records loaded from the store</td></tr>
 * <tr><td>{@code cloakroom.store.writes}</td><td>counter</td><td></td><td>Records inserted, replaced or deleted, conflicts included</td></tr>
 * <tr><td>{@code cloakroom.store.conflicts}</td><td>counter</td><td></td><td>Writes that another request preceded, each followed by another try</td></tr>
 * <tr><td>{@code cloakroom.store.touches}</td><td>counter</td><td></td><td>Last accesses stored, failed ones included</td></tr>
 * <tr><td>{@code cloakroom.store.touches.failed}</td><td>counter</td><td></td><td>Last accesses that the store did not take</td></tr>
 * <tr><td>{@code cloakroom.sessions.started}</td><td>counter</td><td></td><td>Sessions stored for the first time</td></tr>
 * <tr><td>{@code cloakroom.sessions.ended}</td><td>counter</td><td></td><td>Sessions ended, for any cause</td></tr>
 * <tr><td>{@code cloakroom.logins}</td><td>counter</td><td></td><td>Logins</td></tr>
 * <tr><td>{@code cloakroom.renewals}</td><td>counter</td><td></td><td>Ids renewed</td></tr>
 * <tr><td>{@code cloakroom.ids.reused}</td><td>counter</td><td></td><td>Lookups that presented an id whose grace was over</td></tr>
 * <tr><td>{@code cloakroom.keys}</td><td>gauge</td><td>{@code state}: active, verify-only, retired, revoked</td><td>Keys of the key ring</td></tr>
 * <tr><td>{@code cloakroom.keys.problem}</td><td>gauge</td><td></td><td>1 if the key file has a problem, otherwise 0</td></tr>
 * <tr><td>{@code cloakroom.keys.age}</td><td>gauge</td><td></td><td>Seconds since the key file was last confirmed; 0 without a file</td></tr>
 * </table>
 *
 * <p>Counters count since the engine was built, on this node. The quantiles are over the same time, from a histogram whose
 * buckets grow by powers of two. A gauge or counter whose engine is closed has the value NaN. {@link #close} removes the
 * meters.
 *
 * <p>Safe for use by any number of threads. The registry does not keep the engine from being collected.
 */
public final class CloakroomMetrics implements MeterBinder, AutoCloseable {

    private static final double NANOS_PER_SECOND = 1e9;
    private static final double MILLIS_PER_SECOND = 1e3;

    private final SessionEngine engine;
    private final Tags tags;
    private final List<Registered> registered = new CopyOnWriteArrayList<>();

    private record Registered(MeterRegistry registry, Meter meter) {}

    /** Creates a binder for an engine whose meters have no further tags. */
    public CloakroomMetrics(SessionEngine engine) {
        this(engine, Tags.empty());
    }

    /**
     * Creates a binder for an engine.
     *
     * @param tags what each meter has in addition: a process with several engines tells them apart by it
     */
    public CloakroomMetrics(SessionEngine engine, Iterable<Tag> tags) {
        this.engine = Objects.requireNonNull(engine, "engine");
        this.tags = Tags.of(tags);
    }

    /** Registers all meters. */
    @Override
    public void bindTo(MeterRegistry registry) {
        Registration meters = new Registration(Objects.requireNonNull(registry, "registry"));
        meters.gauge(
                "cloakroom.sessions",
                "Sessions in the store, expired ones not yet swept included",
                EngineMetrics::sessions);
        Map<String, ToDoubleFunction<EngineMetrics>> outcomes = Map.of(
                "found", EngineMetrics::found,
                "absent", m -> m.lookups() - m.found() - m.rejectedCookies() - m.endedLookups(),
                "rejected", EngineMetrics::rejectedCookies,
                "ended", EngineMetrics::endedLookups);
        outcomes.forEach((outcome, figure) ->
                meters.counter("cloakroom.lookups", "Lookups of a Cookie header", figure, Tags.of("outcome", outcome)));
        meters.latency(
                "cloakroom.lookup.time",
                "Quantile of the time that lookups took, in seconds",
                EngineMetrics::lookupLatency);
        meters.latency(
                "cloakroom.commit.time",
                "Quantile of the time that commits took, in seconds",
                EngineMetrics::commitLatency);
        meters.counter("cloakroom.store.reads", "Records loaded from the store", EngineMetrics::storeReads);
        meters.counter(
                "cloakroom.store.writes",
                "Records inserted, replaced or deleted, conflicts included",
                EngineMetrics::storeWrites);
        meters.counter(
                "cloakroom.store.conflicts",
                "Writes that another request preceded, each followed by another try",
                EngineMetrics::conflicts);
        meters.counter("cloakroom.store.touches", "Last accesses stored, failed ones included", EngineMetrics::touches);
        meters.counter(
                "cloakroom.store.touches.failed",
                "Last accesses that the store did not take",
                EngineMetrics::failedTouches);
        // Not "created": OpenMetrics reserves that ending.
        meters.counter("cloakroom.sessions.started", "Sessions stored for the first time", EngineMetrics::created);
        meters.counter("cloakroom.sessions.ended", "Sessions ended, for any cause", EngineMetrics::endings);
        meters.counter("cloakroom.logins", "Logins", EngineMetrics::logins);
        meters.counter("cloakroom.renewals", "Ids renewed", EngineMetrics::renewals);
        meters.counter(
                "cloakroom.ids.reused", "Lookups that presented an id whose grace was over", EngineMetrics::reusedIds);
        Map<String, ToDoubleFunction<KeyRingStatus>> states = Map.of(
                "active", KeyRingStatus::active,
                "verify-only", KeyRingStatus::verifyOnly,
                "retired", KeyRingStatus::retired,
                "revoked", KeyRingStatus::revoked);
        states.forEach((state, figure) ->
                meters.keys("cloakroom.keys", "Keys of the key ring", figure, Tags.of("state", state)));
        meters.keys(
                "cloakroom.keys.problem",
                "1 if the key file has a problem, otherwise 0",
                status -> status.problem() == null ? 0 : 1,
                Tags.empty());
        meters.keys(
                "cloakroom.keys.age",
                "Seconds since the key file was last confirmed; 0 without a file",
                CloakroomMetrics::age,
                Tags.empty());
    }

    /** Removes the meters from each registry that they were bound to. Calling it again does nothing. */
    @Override
    public void close() {
        for (Registered each : registered) {
            each.registry().remove(each.meter());
        }
        registered.clear();
    }

    private static double age(KeyRingStatus status) {
        Instant confirmed = status.confirmed();
        return confirmed == null
                ? 0
                : Math.max(0, Duration.between(confirmed, Instant.now()).toMillis() / MILLIS_PER_SECOND);
    }

    /** The meters of one registry. */
    private final class Registration {

        private final MeterRegistry registry;

        Registration(MeterRegistry registry) {
            this.registry = registry;
        }

        void counter(String name, String description, ToDoubleFunction<EngineMetrics> figure) {
            counter(name, description, figure, Tags.empty());
        }

        void counter(String name, String description, ToDoubleFunction<EngineMetrics> figure, Tags own) {
            note(FunctionCounter.builder(name, engine, e -> read(e, figure))
                    .description(description)
                    .tags(tags.and(own))
                    .register(registry));
        }

        void gauge(String name, String description, ToDoubleFunction<EngineMetrics> figure) {
            gauge(name, description, e -> read(e, figure), Tags.empty());
        }

        void latency(String name, String description, Function<EngineMetrics, Latency> distribution) {
            Map<String, Function<Latency, Duration>> quantiles =
                    Map.of("0.5", Latency::median, "0.99", Latency::p99, "1", Latency::maximum);
            quantiles.forEach((phi, quantile) -> gauge(
                    name,
                    description,
                    e -> read(e, m -> quantile.apply(distribution.apply(m)).toNanos() / NANOS_PER_SECOND),
                    Tags.of("phi", phi)));
        }

        void keys(String name, String description, ToDoubleFunction<KeyRingStatus> figure, Tags own) {
            gauge(name, description, e -> figure.applyAsDouble(e.keyStatus()), own);
        }

        private void gauge(String name, String description, ToDoubleFunction<SessionEngine> figure, Tags own) {
            note(Gauge.builder(name, engine, figure)
                    .description(description)
                    .tags(tags.and(own))
                    .register(registry));
        }

        private void note(Meter meter) {
            registered.add(new Registered(registry, meter));
        }
    }

    /** Returns a figure, or NaN if the engine is closed: a scrape of the other meters must go on. */
    private static double read(SessionEngine engine, ToDoubleFunction<EngineMetrics> figure) {
        try {
            return figure.applyAsDouble(engine.metrics());
        } catch (StoreUnavailableException e) {
            return Double.NaN;
        }
    }
}
