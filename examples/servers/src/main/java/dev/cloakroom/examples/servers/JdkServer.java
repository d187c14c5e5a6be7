package dev.cloakroom.examples.servers;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.cloakroom.Attribute;
import dev.cloakroom.RequestGuard;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.SessionLimitException;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.store.SessionStoreException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** The engine in the JDK's own HTTP server. */
public final class JdkServer {

    private static final int THREADS = 16;
    private static final RequestGuard GUARD = RequestGuard.sameOrigin();

    private JdkServer() {}

    /** Starts the server with keys for a trial. */
    public static void main(String[] args) throws IOException {
        start(SessionEngine.builder().keys(KeyRing.random()).build(), 8080).announce();
    }

    static Running start(SessionEngine engine, int port) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        ExecutorService workers = Executors.newFixedThreadPool(THREADS);
        server.setExecutor(workers);
        server.createContext("/", exchange -> {
            try (exchange) {
                answer(engine, exchange);
            }
        });
        server.start();
        return new Running(server.getAddress().getPort(), () -> {
            server.stop(0);
            workers.shutdown();
        });
    }

    private static void answer(SessionEngine engine, HttpExchange exchange) throws IOException {
        if (!GUARD.check(exchange.getRequestMethod(), exchange.getRequestHeaders()::getFirst)
                .isAllowed()) {
            send(exchange, 403, null);
            return;
        }
        try {
            Session session = engine.open(exchange.getRequestHeaders().get("Cookie"));
            String text = act(exchange, session);
            // Before the headers are sent.
            for (String cookie : engine.commit(session)) {
                exchange.getResponseHeaders().add("Set-Cookie", cookie);
            }
            send(exchange, text == null ? 404 : 200, text);
        } catch (SessionLimitException e) {
            send(exchange, 409, e.getMessage());
        } catch (SessionStoreException e) {
            send(exchange, 503, null);
        }
    }

    private static @Nullable String act(HttpExchange exchange, Session session) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String request = exchange.getRequestMethod() + " " + path.replaceFirst("(?<=^/attributes/).+", "*");
        Attribute<String> attribute = Attribute.ofString(path.substring(path.lastIndexOf('/') + 1));
        return switch (request) {
            case "GET /me" -> session.principal();
            case "POST /login" -> {
                session.login(body); // A real one checks a password first.
                yield "";
            }
            case "POST /logout" -> {
                session.logout();
                yield "";
            }
            case "GET /attributes/*" -> session.get(attribute);
            case "PUT /attributes/*" -> {
                session.put(attribute, body);
                yield "";
            }
            default -> null;
        };
    }

    private static void send(HttpExchange exchange, int status, @Nullable String text) throws IOException {
        byte[] body = text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }
}
