package dev.cloakroom.examples.servers;

import dev.cloakroom.Attribute;
import dev.cloakroom.RequestGuard;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.SessionLimitException;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.store.SessionStoreException;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import java.net.InetAddress;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** The engine in Helidon. Its handlers run on virtual threads, so the blocking calls are the right ones. */
public final class HelidonServer {

    private static final RequestGuard GUARD = RequestGuard.sameOrigin();

    private HelidonServer() {}

    /** Starts the server with keys for a trial. */
    public static void main(String[] args) {
        start(SessionEngine.builder().keys(KeyRing.random()).build(), 8080).announce();
    }

    static Running start(SessionEngine engine, int port) {
        WebServer server = WebServer.builder()
                .address(InetAddress.getLoopbackAddress())
                .port(port)
                .routing(routing -> route(routing, engine))
                .build()
                .start();
        return new Running(server.port(), server::stop);
    }

    private static void route(HttpRouting.Builder routing, SessionEngine engine) {
        routing.any((request, response) -> {
            String method = request.prologue().method().text();
            // Helidon keeps Host apart from the headers.
            boolean allowed = GUARD.check(
                            method,
                            name -> name.equals("Host")
                                    ? request.authority()
                                    : request.headers().first(HeaderNames.create(name)).orElse(null))
                    .isAllowed();
            if (allowed) {
                response.next();
            } else {
                response.status(403).send();
            }
        });
        routing.get("/me", with(engine, (request, session) -> session.principal()));
        routing.post("/login", with(engine, (request, session) -> {
            session.login(request.content().as(String.class)); // A real one checks a password first.
            return "";
        }));
        routing.post("/logout", with(engine, (request, session) -> {
            session.logout();
            return "";
        }));
        routing.get("/attributes/{name}", with(engine, (request, session) -> session.get(attribute(request))));
        routing.put("/attributes/{name}", with(engine, (request, session) -> {
            session.put(attribute(request), request.content().as(String.class));
            return "";
        }));
        routing.error(SessionLimitException.class, (request, response, e) -> response.status(409)
                .send(String.valueOf(e.getMessage())));
        routing.error(SessionStoreException.class, (request, response, e) -> response.status(503)
                .send());
    }

    /** Opens the session before a handler, and commits it before the response is sent. */
    private static Handler with(SessionEngine engine, BiFunction<ServerRequest, Session, @Nullable String> handler) {
        return (request, response) -> {
            Session session = engine.open(request.headers().all(HeaderNames.COOKIE, List::of));
            String text = handler.apply(request, session);
            for (String cookie : engine.commit(session)) {
                response.headers().add(HeaderNames.SET_COOKIE, cookie);
            }
            response.status(text == null ? 404 : 200).send(text == null ? "" : text);
        };
    }

    private static Attribute<String> attribute(ServerRequest request) {
        return Attribute.ofString(request.path().pathParameters().get("name"));
    }
}
