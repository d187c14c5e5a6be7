package dev.cloakroom.spring.boot;

import dev.cloakroom.EngineMetrics;
import dev.cloakroom.SessionEngine;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.ToDoubleFunction;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Adds the engine's counts to the application's meters, if it has Micrometer. */
@AutoConfiguration(after = CloakroomAutoConfiguration.class)
@ConditionalOnClass(MeterBinder.class)
@ConditionalOnBean(SessionEngine.class)
public final class CloakroomMetricsAutoConfiguration {

    CloakroomMetricsAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean(name = "cloakroomMetrics")
    MeterBinder cloakroomMetrics(SessionEngine engine) {
        return registry -> {
            Gauge.builder(
                            "cloakroom.sessions",
                            engine,
                            present -> present.metrics().sessions())
                    .description("Sessions in the store")
                    .register(registry);
            count(registry, engine, "cloakroom.lookups", "Cookie headers looked at", EngineMetrics::lookups);
            count(registry, engine, "cloakroom.lookups.found", "Lookups of live sessions", EngineMetrics::found);
            count(
                    registry,
                    engine,
                    "cloakroom.lookups.rejected",
                    "Lookups of cookies that no key signed",
                    EngineMetrics::rejectedCookies);
            count(registry, engine, "cloakroom.logins", "Principals bound", EngineMetrics::logins);
            count(registry, engine, "cloakroom.renewals", "Ids renewed", EngineMetrics::renewals);
            count(registry, engine, "cloakroom.sessions.created", "Sessions stored first", EngineMetrics::created);
            count(registry, engine, "cloakroom.sessions.ended", "Sessions ended", EngineMetrics::endings);
        };
    }

    private static void count(
            MeterRegistry registry,
            SessionEngine engine,
            String name,
            String description,
            ToDoubleFunction<EngineMetrics> figure) {
        FunctionCounter.builder(name, engine, present -> figure.applyAsDouble(present.metrics()))
                .description(description)
                .register(registry);
    }
}
