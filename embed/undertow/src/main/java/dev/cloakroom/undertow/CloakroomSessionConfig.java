package dev.cloakroom.undertow;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.cookie.CookieHeader;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.session.SessionConfig;
import io.undertow.util.Headers;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Tells Undertow that the engine reads and writes the session cookie. An id that goes through here is a session's public
 * name, which opens nothing. Sessions are never in URLs.
 *
 * <p>Safe for use by any number of threads.
 */
public final class CloakroomSessionConfig implements SessionConfig {

    private final SessionEngine engine;

    /** Creates the configuration of an engine's sessions. */
    public CloakroomSessionConfig(SessionEngine engine) {
        this.engine = Objects.requireNonNull(engine, "engine");
    }

    /** Does nothing: the engine's commit sets the cookie. */
    @Override
    public void setSessionId(HttpServerExchange exchange, String sessionId) {}

    /** Does nothing: the engine's commit deletes the cookie of a session that was ended. */
    @Override
    public void clearSession(HttpServerExchange exchange, String sessionId) {}

    /** Returns the public name of the session that a request opened, or null if it has none. */
    @Override
    public @Nullable String findSessionId(HttpServerExchange exchange) {
        Request request = Request.of(exchange);
        return request == null || request.session().isNew() || request.session().isEnded()
                ? null
                : ManagedSession.name(request.session());
    }

    /** Returns {@code COOKIE} if the request has a cookie of the engine's name. */
    @Override
    public SessionCookieSource sessionCookieSource(HttpServerExchange exchange) {
        String header = CookieHeader.join(exchange.getRequestHeaders().get(Headers.COOKIE));
        return CookieHeader.values(header, engine.cookiePolicy().name()).isEmpty()
                ? SessionCookieSource.NONE
                : SessionCookieSource.COOKIE;
    }

    /** Returns the URL as it is. */
    @Override
    public String rewriteUrl(String originalUrl, String sessionId) {
        return originalUrl;
    }
}
