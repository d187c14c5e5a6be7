package dev.cloakroom.spring.session;

import dev.cloakroom.SessionEngine;
import jakarta.servlet.http.HttpSessionListener;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.session.web.http.CookieSerializer;
import org.springframework.session.web.http.SessionEventHttpSessionListenerAdapter;

/**
 * Imported by a Spring application with a {@link SessionEngine} bean, gives all requests their sessions from the engine:
 *
 * <pre>{@code
 * @Configuration
 * @Import(CloakroomHttpSessionConfiguration.class)
 * class Sessions {
 *     @Bean
 *     SessionEngine engine(ApplicationEventPublisher publisher) {
 *         return SessionEngine.builder()
 *                 .keys(KeyRing.fromFile(Path.of("keys.txt")))
 *                 .listener(new SpringSessionEvents(publisher, SessionJson.create()))
 *                 .build();
 *     }
 * }
 * }</pre>
 *
 * <p>It takes the place of {@code @EnableSpringHttpSession}. A {@link SessionJson} bean is used if there is one. The filter
 * is the bean {@code springSessionRepositoryFilter}, as ever: Spring Boot registers it, and an
 * {@code AbstractHttpSessionApplicationInitializer} does so elsewhere.
 */
@Configuration(proxyBeanMethods = false)
public class CloakroomHttpSessionConfiguration {

    /** Makes the configuration. Spring calls this. */
    public CloakroomHttpSessionConfiguration() {}

    /** Returns the sessions, for use outside of their browsers' requests. */
    @Bean
    public CloakroomSessionRepository sessionRepository(SessionEngine engine, ObjectProvider<SessionJson> json) {
        return new CloakroomSessionRepository(engine, json.getIfAvailable(SessionJson::create));
    }

    /** Returns the filter of all requests. */
    @Bean
    public CloakroomSessionFilter springSessionRepositoryFilter(CloakroomSessionRepository repository) {
        return new CloakroomSessionFilter(repository);
    }

    /** Returns what reads the cookie, for a {@code CookieHttpSessionIdResolver} of the application. */
    @Bean
    public CookieSerializer cookieSerializer() {
        return new CloakroomCookieSerializer();
    }

    /** Returns what tells {@link HttpSessionListener} beans of the events that {@link SpringSessionEvents} publishes. */
    @Bean
    public SessionEventHttpSessionListenerAdapter sessionEventHttpSessionListenerAdapter(
            ObjectProvider<HttpSessionListener> listeners) {
        return new SessionEventHttpSessionListenerAdapter(
                listeners.orderedStream().toList());
    }
}
