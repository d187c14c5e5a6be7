package dev.cloakroom.tokenhandler;

import com.sun.net.httpserver.HttpServer;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.testkit.ManualClock;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.function.UnaryOperator;

/** An application: an engine and a handler in the JDK's server, with pages that need no login. */
final class Site implements AutoCloseable {

    final HttpServer server = Http.server();
    final String origin = Http.origin(server);
    final ManualClock clock = new ManualClock(Instant.now());
    final SessionEngine engine;
    final TokenHandler handler;

    Site(AuthorizationServer provider, Api api) {
        this(provider, api, builder -> builder);
    }

    /** @param issuer of an authorization server that knows the tests' client */
    Site(String issuer, Api api) {
        this(issuer, api.base(), KeyRing.random(), engine -> engine, settings -> settings);
    }

    Site(AuthorizationServer provider, Api api, UnaryOperator<TokenHandler.Builder> settings) {
        this(provider, api, KeyRing.random(), engine -> engine, settings);
    }

    Site(
            AuthorizationServer provider,
            Api api,
            KeyRing keys,
            UnaryOperator<SessionEngine.Builder> engineSettings,
            UnaryOperator<TokenHandler.Builder> settings) {
        this(provider.issuer, api.base(), keys, engineSettings, settings);
    }

    Site(
            String issuer,
            URI apiBase,
            KeyRing keys,
            UnaryOperator<SessionEngine.Builder> engineSettings,
            UnaryOperator<TokenHandler.Builder> settings) {
        engine = engineSettings.apply(SessionEngine.builder().keys(keys)).build();
        TokenHandler.Builder builder = TokenHandler.builder(engine)
                .keys(keys)
                .origin(origin)
                .issuer(issuer)
                .upstream("/api/", apiBase)
                .clock(clock)
                .providerTimeout(Duration.ofSeconds(20));
        handler = withClient(settings.apply(builder)).build();
        server.createContext("/bff/", TokenHandlers.jdk(handler));
        server.createContext("/api/", TokenHandlers.jdk(handler));
        server.createContext("/", exchange -> Http.answer(exchange, 200, "text/html", "<title>The page</title>"));
    }

    private static TokenHandler.Builder withClient(TokenHandler.Builder builder) {
        try {
            return builder.client(
                    ClientCredentials.secretBasic(AuthorizationServer.CLIENT_ID, AuthorizationServer.SECRET));
        } catch (IllegalStateException e) {
            return builder; // the test has set another
        }
    }

    /** Lets time pass for the handler, so that access tokens expire. */
    void later() {
        clock.advance(Duration.ofMinutes(9));
    }

    @Override
    public void close() {
        Http.stop(server);
        engine.close();
    }
}
