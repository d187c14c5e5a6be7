package dev.cloakroom.spring.boot;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.SessionListener;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.spring.session.CloakroomHttpSessionConfiguration;
import dev.cloakroom.spring.session.CloakroomSessionAuthenticationStrategy;
import dev.cloakroom.spring.session.CloakroomSessionRepository;
import dev.cloakroom.spring.session.SessionJson;
import dev.cloakroom.spring.session.SpringSessionEvents;
import dev.cloakroom.store.AsyncSessionStore;
import dev.cloakroom.store.SessionStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.ObjectPostProcessor;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.SessionManagementConfigurer;
import org.springframework.security.web.authentication.session.ConcurrentSessionControlAuthenticationStrategy;
import org.springframework.security.web.authentication.session.SessionAuthenticationStrategy;
import org.springframework.session.SessionRepository;

/**
 * Gives a servlet application of Spring Boot its sessions from Cloakroom's engine. It backs off when the application has a
 * {@link SessionRepository} of its own, and from each part that the application has as a bean: {@link SessionEngine},
 * {@link KeyRing}, {@link SessionStore}, {@link SessionJson}, {@link SessionAuthenticationStrategy}.
 */
@AutoConfiguration(beforeName = "org.springframework.boot.session.autoconfigure.SessionAutoConfiguration")
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnMissingBean(SessionRepository.class)
@EnableConfigurationProperties(CloakroomProperties.class)
@Import(CloakroomHttpSessionConfiguration.class)
public final class CloakroomAutoConfiguration {

    CloakroomAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    SessionJson cloakroomSessionJson(CloakroomProperties properties, ApplicationContext context) {
        SessionJson.Builder builder = SessionJson.builder();
        builder.allow(properties.json().allowedClasses().toArray(Class<?>[]::new));
        properties.json().allowedPackages().forEach(builder::allowPackage);
        ClassLoader loader = context.getClassLoader();
        if (loader != null) {
            builder.classLoader(loader);
        }
        return builder.build();
    }

    @Bean
    SmartInitializingSingleton cloakroomRepositorySettings(
            CloakroomSessionRepository repository, CloakroomProperties properties) {
        return () -> {
            repository.setSaveMode(properties.saveMode());
            repository.setRememberMeParameter(properties.rememberMe().parameter());
        };
    }

    /** What the engine is made of, if the application has none of its own. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingBean(SessionEngine.class)
    static class EngineConfiguration {

        EngineConfiguration() {}

        @Bean
        @ConditionalOnMissingBean
        KeyRing cloakroomKeys(CloakroomProperties properties) {
            return Keys.ring(properties);
        }

        /** The engine closes the store. */
        @Bean(destroyMethod = "")
        @ConditionalOnMissingBean
        SessionStore cloakroomStore(CloakroomProperties properties, ApplicationContext context) {
            ClassLoader loader = context.getClassLoader();
            return Stores.open(
                    properties.store(), loader == null ? CloakroomAutoConfiguration.class.getClassLoader() : loader);
        }

        @Bean(destroyMethod = "close")
        SessionEngine cloakroomEngine(
                CloakroomProperties properties,
                KeyRing keys,
                SessionStore store,
                SessionJson json,
                ApplicationContext context,
                ObjectProvider<SessionListener> listeners,
                ObjectProvider<SessionEngineCustomizer> customizers) {
            List<SessionListener> all = new ArrayList<>();
            all.add(new SpringSessionEvents(context, json, executor(store)));
            listeners.orderedStream().forEach(all::add);
            return Engines.build(
                    properties,
                    keys,
                    store,
                    all,
                    builder -> customizers.orderedStream().forEach(customizer -> customizer.customize(builder)));
        }

        /** Publishes Spring's events on a thread of its own if the events come on the store's threads. */
        private static Executor executor(SessionStore store) {
            if (!(store instanceof AsyncSessionStore)) {
                return Runnable::run;
            }
            ThreadPoolExecutor executor =
                    new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                        Thread thread = new Thread(task, "cloakroom-events");
                        thread.setDaemon(true);
                        return thread;
                    });
            executor.allowCoreThreadTimeOut(true);
            return executor;
        }
    }

    /** Logs principals in at the engine when Spring Security has authenticated them. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({HttpSecurity.class, SessionManagementConfigurer.class})
    @ConditionalOnMissingBean(SessionAuthenticationStrategy.class)
    static class SecurityConfiguration {

        SecurityConfiguration() {}

        @Bean
        CloakroomSessionAuthenticationStrategy cloakroomSessionAuthenticationStrategy() {
            return new CloakroomSessionAuthenticationStrategy();
        }

        /** The strategy gives the session a new id itself, so Spring Security need not do it again. */
        @Bean
        Customizer<SessionManagementConfigurer<HttpSecurity>> cloakroomSessionManagement(
                CloakroomSessionAuthenticationStrategy strategy) {
            return sessions -> {
                sessions.sessionFixation(fixation -> fixation.none()).addSessionAuthenticationStrategy(strategy);
                sessions.addObjectPostProcessor(new MaximumSessionsCheck());
            };
        }
    }

    /** Refuses Spring Security's own count of sessions, which lets parallel logins pass its limit. */
    static final class MaximumSessionsCheck
            implements ObjectPostProcessor<ConcurrentSessionControlAuthenticationStrategy> {

        @Override
        public <O extends ConcurrentSessionControlAuthenticationStrategy> O postProcess(O object) {
            throw new CloakroomStartException(
                    "maximumSessions(...) of Spring Security counts sessions before a login, so parallel logins pass its"
                            + " limit. The engine's own limit holds exactly.",
                    "Remove maximumSessions(...), and set cloakroom.sessions-per-principal.maximum, and"
                            + " cloakroom.sessions-per-principal.when-exceeded=refuse in place of"
                            + " maxSessionsPreventsLogin(true).",
                    null);
        }
    }
}
