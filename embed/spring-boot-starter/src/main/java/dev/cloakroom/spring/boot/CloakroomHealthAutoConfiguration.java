package dev.cloakroom.spring.boot;

import dev.cloakroom.SessionEngine;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/** Adds the health of store and keys to Actuator's, if the application has Actuator. */
@AutoConfiguration(after = CloakroomAutoConfiguration.class)
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean(SessionEngine.class)
@ConditionalOnEnabledHealthIndicator("cloakroom")
public final class CloakroomHealthAutoConfiguration {

    CloakroomHealthAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean(name = "cloakroomHealthIndicator")
    HealthIndicator cloakroomHealthIndicator(SessionEngine engine) {
        return new CloakroomHealthIndicator(engine);
    }
}
