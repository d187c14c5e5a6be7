package dev.cloakroom.spring.boot;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.micrometer.CloakroomMetrics;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Adds the engine's figures to the application's meters, if it has Micrometer and {@code cloakroom-micrometer}. */
@AutoConfiguration(after = CloakroomAutoConfiguration.class)
@ConditionalOnClass({MeterBinder.class, CloakroomMetrics.class})
@ConditionalOnBean(SessionEngine.class)
public final class CloakroomMetricsAutoConfiguration {

    CloakroomMetricsAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    CloakroomMetrics cloakroomMetrics(SessionEngine engine) {
        return new CloakroomMetrics(engine);
    }
}
