package dev.cloakroom.spring.boot;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.SessionListener;
import dev.cloakroom.cookie.CookiePolicy;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.store.SessionStore;
import java.util.List;
import java.util.function.Consumer;
import org.springframework.util.unit.DataSize;

/** Builds the engine that the properties ask for. */
final class Engines {

    private Engines() {}

    static SessionEngine build(
            CloakroomProperties properties,
            KeyRing keys,
            SessionStore store,
            List<SessionListener> listeners,
            Consumer<SessionEngine.Builder> customizers) {
        CookiePolicy cookie = cookie(properties.cookie());
        SessionEngine.Builder builder = SessionEngine.builder()
                .keys(keys)
                .store(store)
                .cookie(cookie)
                .idleTimeout(properties.idleTimeout())
                .absoluteTimeout(properties.absoluteTimeout())
                .persistentTimeouts(
                        properties.rememberMe().idleTimeout(),
                        properties.rememberMe().absoluteTimeout())
                .renewalInterval(properties.renewal().interval())
                .renewalGrace(properties.renewal().grace())
                .maxSessionsPerPrincipal(
                        properties.sessionsPerPrincipal().maximum(),
                        properties.sessionsPerPrincipal().whenExceeded())
                .maxAttributeSize(bytes(properties.maxAttributeSize()))
                .maxSessionSize(bytes(properties.maxSessionSize()))
                .listener(event -> listeners.forEach(listener -> listener.onEvent(event)));
        if (properties.endOnIdReuse()) {
            builder.endOnIdReuse();
        }
        Boolean sealing = properties.sealing();
        if (sealing != null) {
            builder.sealing(sealing);
        }
        customizers.accept(builder);
        try {
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw new CloakroomStartException(
                    "The settings of the sessions contradict each other: " + e.getMessage() + ".",
                    "Correct the properties cloakroom.*.",
                    e);
        }
    }

    private static int bytes(DataSize size) {
        return Math.toIntExact(size.toBytes());
    }

    static CookiePolicy cookie(CloakroomProperties.Cookie settings) {
        CookiePolicy.Builder builder = CookiePolicy.builder()
                .name(settings.name())
                .path(settings.path())
                .sameSite(settings.sameSite());
        String domain = settings.domain();
        if (domain != null) {
            builder.domain(domain);
        }
        if (settings.partitioned()) {
            builder.partitioned();
        }
        if (settings.allowInsecureTransport()) {
            builder.allowInsecureTransport();
        }
        if (settings.allowScriptAccess()) {
            builder.allowScriptAccess();
        }
        try {
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw new CloakroomStartException(
                    "Browsers would refuse the session cookie: " + e.getMessage() + ".",
                    "Correct the properties cloakroom.cookie. A name without a prefix, such as \"session\", has the fewest"
                            + " conditions and the least protection.",
                    e);
        }
    }
}
