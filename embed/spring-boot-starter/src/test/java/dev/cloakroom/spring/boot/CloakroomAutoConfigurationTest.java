package dev.cloakroom.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.SessionEvent;
import dev.cloakroom.SessionListener;
import dev.cloakroom.chronicle.ChronicleSessionStore;
import dev.cloakroom.infinispan.InfinispanSessionStore;
import dev.cloakroom.key.KeyAlgorithm;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.key.KeyRingFile;
import dev.cloakroom.key.KeySet;
import dev.cloakroom.key.SigningKey;
import dev.cloakroom.micrometer.CloakroomMetrics;
import dev.cloakroom.spring.session.CloakroomSession;
import dev.cloakroom.spring.session.CloakroomSessionAuthenticationStrategy;
import dev.cloakroom.spring.session.CloakroomSessionFilter;
import dev.cloakroom.spring.session.CloakroomSessionRepository;
import dev.cloakroom.store.HeapSessionStore;
import dev.cloakroom.store.SessionStore;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.security.autoconfigure.SecurityAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration;
import org.springframework.boot.session.autoconfigure.SessionAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.web.servlet.DelegatingFilterProxyRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.session.MapSession;
import org.springframework.session.MapSessionRepository;
import org.springframework.session.SessionRepository;
import org.springframework.session.web.http.CookieSerializer;
import org.springframework.session.web.http.DefaultCookieSerializer;
import org.springframework.session.web.http.HeaderHttpSessionIdResolver;
import org.springframework.session.web.http.HttpSessionIdResolver;

class CloakroomAutoConfigurationTest {

    private static final AutoConfigurations AUTOMATIC = AutoConfigurations.of(
            CloakroomAutoConfiguration.class,
            CloakroomHealthAutoConfiguration.class,
            CloakroomMetricsAutoConfiguration.class,
            SessionAutoConfiguration.class);

    private final WebApplicationContextRunner bare = new WebApplicationContextRunner().withConfiguration(AUTOMATIC);
    private final WebApplicationContextRunner application = bare.withPropertyValues("cloakroom.random-keys=true");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void start_onlyRandomKeys_hasEverythingWithTheEnginesDefaults() {
        application.run(context -> {
            assertThat(context)
                    .hasSingleBean(SessionEngine.class)
                    .hasSingleBean(CloakroomSessionRepository.class)
                    .hasSingleBean(CloakroomSessionFilter.class)
                    .hasSingleBean(DelegatingFilterProxyRegistrationBean.class)
                    .doesNotHaveBean(DefaultCookieSerializer.class)
                    .hasSingleBean(CookieSerializer.class);
            assertThat(context.getBean(SessionStore.class)).isInstanceOf(HeapSessionStore.class);
            CloakroomSession session =
                    context.getBean(CloakroomSessionRepository.class).createSession();
            assertThat(session.getMaxInactiveInterval()).isEqualTo(Duration.ofMinutes(30));
        });
    }

    @Test
    void start_properties_reachTheEngine() {
        application
                .withPropertyValues(
                        "cloakroom.idle-timeout=5m",
                        "cloakroom.cookie.name=session",
                        "cloakroom.cookie.same-site=lax",
                        "cloakroom.cookie.allow-insecure-transport=true",
                        "cloakroom.application=shop",
                        "cloakroom.json.allowed-packages=dev.cloakroom.spring.boot",
                        "cloakroom.sessions-per-principal.maximum=1",
                        "cloakroom.sessions-per-principal.when-exceeded=refuse")
                .run(context -> {
                    SessionEngine engine = context.getBean(SessionEngine.class);
                    var session = engine.open((String) null);
                    session.login("ada");
                    assertThat(session.idleTimeout()).isEqualTo(Duration.ofMinutes(5));
                    assertThat(engine.commit(session))
                            .singleElement()
                            .asString()
                            .startsWith("session=")
                            .endsWith("; Path=/; HttpOnly; SameSite=Lax");
                    assertThat(context.getBean(KeyRing.class).application()).isEqualTo("shop");
                    var repository = context.getBean(CloakroomSessionRepository.class);
                    repository.createSession().setAttribute("object", new Allowed("x"));
                    org.assertj.core.api.Assertions.assertThatThrownBy(
                                    () -> engine.open((String) null).login("ada"))
                            .hasMessageContaining("maxSessionsPerPrincipal is 1");
                });
    }

    record Allowed(String name) {}

    @Test
    void start_keysFile_isFollowed() throws IOException {
        Path keys = directory.resolve("keys.txt");
        KeyRingFile.create(keys, KeySet.of(List.of(SigningKey.generate(KeyAlgorithm.HMAC_SHA_256))));
        bare.withPropertyValues("cloakroom.keys-file=" + keys)
                .run(context -> assertThat(
                                context.getBean(KeyRing.class).status().confirmed())
                        .isNotNull());
    }

    // Backing off

    @Test
    void start_ownRepository_backsOff() {
        bare.withBean(SessionRepository.class, () -> new MapSessionRepository(new java.util.HashMap<>()))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(SessionEngine.class)
                        .doesNotHaveBean(CloakroomSessionFilter.class));
    }

    @Test
    void start_noWebApplication_backsOff() {
        new ApplicationContextRunner()
                .withConfiguration(AUTOMATIC)
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(SessionEngine.class));
    }

    @Test
    void start_ownEngine_isUsedAndNeedsNoKeys() {
        SessionEngine own = SessionEngine.builder().keys(KeyRing.random()).build();
        bare.withBean(SessionEngine.class, () -> own).run(context -> {
            assertThat(context.getBean(SessionEngine.class)).isSameAs(own);
            assertThat(context).hasSingleBean(CloakroomSessionFilter.class).doesNotHaveBean(KeyRing.class);
        });
    }

    @Test
    void start_ownKeysAndStore_areUsed() {
        HeapSessionStore store = HeapSessionStore.create();
        bare.withBean(KeyRing.class, KeyRing::random)
                .withBean(SessionStore.class, () -> store)
                .run(context -> {
                    var repository = context.getBean(CloakroomSessionRepository.class);
                    repository.save(repository.createSession());
                    assertThat(store.size()).isEqualTo(1);
                });
    }

    @Test
    void listenersAndCustomizers_areUsed() {
        List<SessionEvent> events = new ArrayList<>();
        application
                .withBean(SessionListener.class, () -> events::add)
                .withBean(SessionEngineCustomizer.class, () -> builder -> builder.touchInterval(Duration.ofSeconds(7)))
                .run(context -> {
                    var repository = context.getBean(CloakroomSessionRepository.class);
                    repository.save(repository.createSession());
                    assertThat(events)
                            .hasOnlyElementsOfType(SessionEvent.Created.class)
                            .hasSize(1);
                });
    }

    // Stores

    @Test
    void start_chronicle_keepsSessionsInItsDirectory() {
        WebApplicationContextRunner chronicle = bare.withBean(KeyRing.class, KEYS::forTest)
                .withPropertyValues(
                        "cloakroom.store.type=chronicle",
                        "cloakroom.store.chronicle.max-sessions=1000",
                        "cloakroom.store.chronicle.directory=" + directory.resolve("sessions"));
        List<String> ids = new ArrayList<>();
        chronicle.run(context -> {
            assertThat(context.getBean(SessionStore.class)).isInstanceOf(ChronicleSessionStore.class);
            var repository = context.getBean(CloakroomSessionRepository.class);
            CloakroomSession session = repository.createSession();
            repository.save(session);
            ids.add(session.getId());
        });
        chronicle.run(context -> assertThat(
                        context.getBean(CloakroomSessionRepository.class).findById(ids.get(0)))
                .isNotNull());
    }

    private static final FixedKeys KEYS = new FixedKeys(KeyRing.random());

    private record FixedKeys(KeyRing ring) {
        KeyRing forTest() {
            return ring;
        }
    }

    @Test
    void start_infinispan_publishesEventsOffTheStoresThreads() throws IOException {
        Path key = Files.writeString(directory.resolve("cluster.key"), "0123456789abcdef0123456789abcdef");
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        application
                .withPropertyValues(
                        "cloakroom.store.type=infinispan",
                        "cloakroom.store.infinispan.port=" + port,
                        "cloakroom.store.infinispan.cluster-key-file=" + key)
                .run(context -> {
                    assertThat(context.getBean(SessionStore.class)).isInstanceOf(InfinispanSessionStore.class);
                    var repository = context.getBean(CloakroomSessionRepository.class);
                    CloakroomSession session = repository.createSession();
                    repository.save(session);
                    assertThat(repository.findById(session.getId())).isNotNull();
                });
    }

    // Failures say what to do.

    private String failure(WebApplicationContextRunner runner) {
        List<String> texts = new ArrayList<>();
        runner.run(context -> {
            Throwable failure = context.getStartupFailure();
            assertThat(failure).isNotNull();
            var analysis = new CloakroomStartFailureAnalyzer().analyze(failure);
            assertThat(analysis).isNotNull();
            texts.add(analysis.getDescription() + "\n" + analysis.getAction());
        });
        return texts.get(0);
    }

    @Test
    void failure_noKeys_saysHowToMakeThem() {
        assertThat(failure(bare))
                .contains("cloakroom.keys-file is not set")
                .contains("KeyRingTool generate keys.txt")
                .contains("cloakroom.random-keys=true");
    }

    @Test
    void failure_keyFileThatIsNotThere_saysHowToMakeIt() {
        Path missing = directory.resolve("missing.txt");

        assertThat(failure(bare.withPropertyValues("cloakroom.keys-file=" + missing)))
                .contains("KeyRingTool generate " + missing);
    }

    @Test
    void failure_cookieThatBrowsersRefuse_saysWhy() {
        assertThat(failure(application.withPropertyValues("cloakroom.cookie.domain=example.com")))
                .contains("Browsers would refuse the session cookie")
                .contains("no Domain")
                .contains("cloakroom.cookie");
    }

    @Test
    void failure_contradictingSettings_saysWhich() {
        assertThat(failure(application.withPropertyValues("cloakroom.idle-timeout=13h")))
                .contains("idleTimeout PT13H is longer than absoluteTimeout PT12H");
    }

    @Test
    void failure_storeWithoutItsModule_saysWhichDependency() {
        assertThat(failure(application
                        .withClassLoader(new FilteredClassLoader(ChronicleSessionStore.class))
                        .withPropertyValues("cloakroom.store.type=chronicle")))
                .contains("dev.cloakroom:cloakroom-engine-chronicle");
    }

    @Test
    void failure_missingFlags_saysWhereToGiveThem() {
        CloakroomStartException failure = ChronicleStores.failure(new IllegalStateException(
                "Chronicle Map needs the JVM to be started with --add-opens=java.base/java.lang=ALL-UNNAMED"));

        assertThat(failure.description()).contains("--add-opens=java.base/java.lang=ALL-UNNAMED");
        assertThat(failure.action()).contains("JDK_JAVA_OPTIONS").contains("Add-Exports: java.base/sun.nio.ch");
    }

    @Test
    void failure_headerResolver_isRefused() {
        application
                .withBean(HttpSessionIdResolver.class, HeaderHttpSessionIdResolver::xAuthToken)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("HeaderHttpSessionIdResolver takes session ids from requests"));
    }

    // Spring Security

    @Configuration(proxyBeanMethods = false)
    @EnableWebSecurity
    static class MaximumSessions {
        @Bean
        SecurityFilterChain chain(HttpSecurity http) {
            http.sessionManagement(sessions -> sessions.maximumSessions(1));
            return http.build();
        }

        @Bean
        UserDetailsService users() {
            return new InMemoryUserDetailsManager(
                    User.withUsername("ada").password("{noop}x").build());
        }
    }

    @Test
    void failure_maximumSessionsOfSpringSecurity_saysWhatHoldsExactly() {
        assertThat(failure(application
                        .withConfiguration(AutoConfigurations.of(
                                SecurityAutoConfiguration.class, ServletWebSecurityAutoConfiguration.class))
                        .withUserConfiguration(MaximumSessions.class)))
                .contains("cloakroom.sessions-per-principal.maximum");
    }

    @Test
    void start_withoutSpringSecurity_hasNoStrategy() {
        application
                .withClassLoader(new FilteredClassLoader("org.springframework.security"))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(CloakroomSessionAuthenticationStrategy.class));
    }

    // Actuator and Micrometer

    @Test
    void health_storeAnswers_isUpWithDetails() {
        application.run(context -> {
            var health = context.getBean(HealthIndicator.class).health();
            assertThat(health.getStatus()).isEqualTo(Status.UP);
            assertThat(health.getDetails()).isEqualTo(Map.of("activeKeys", 1));
        });
    }

    @Test
    void health_storeIsClosed_isDown() {
        application.run(context -> {
            context.getBean(SessionStore.class).close();
            assertThat(context.getBean(HealthIndicator.class).health().getStatus())
                    .isEqualTo(Status.DOWN);
        });
    }

    @Test
    void health_switchedOff_isAbsent() {
        application
                .withPropertyValues("management.health.cloakroom.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(HealthIndicator.class));
    }

    @Test
    void meters_ofASession_countIt() {
        application.run(context -> {
            SimpleMeterRegistry registry = new SimpleMeterRegistry();
            context.getBean(MeterBinder.class).bindTo(registry);
            var repository = context.getBean(CloakroomSessionRepository.class);
            repository.save(repository.createSession());

            assertThat(registry.get("cloakroom.sessions").gauge().value()).isEqualTo(1);
            assertThat(registry.get("cloakroom.sessions.started")
                            .functionCounter()
                            .count())
                    .isEqualTo(1);
        });
    }

    @Test
    void meters_withoutTheirModule_areAbsent() {
        application
                .withClassLoader(new FilteredClassLoader(CloakroomMetrics.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(MeterBinder.class));
    }

    // What IDEs show

    @Test
    void metadata_everyProperty_hasADescription() throws IOException {
        String metadata;
        try (var in = CloakroomProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            assertThat(in).isNotNull();
            metadata = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        var properties =
                new tools.jackson.databind.json.JsonMapper().readTree(metadata).get("properties");

        assertThat(properties.size()).isGreaterThan(40);
        properties.forEach(property -> assertThat(property.path("description").asString())
                .as(property.path("name").asString())
                .isNotEmpty());
    }

    /** Spring Boot's own class is on the class path of these tests. */
    @Test
    void mapSession_ofSpring_isNotWhatIsUsed() {
        application.run(
                context -> assertThat(context.getBean(SessionRepository.class).createSession())
                        .isNotInstanceOf(MapSession.class));
    }
}
