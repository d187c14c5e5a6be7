package dev.cloakroom.tokenhandler;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** An API that wants an access token, and remembers what it was asked. */
final class Api implements AutoCloseable {

    final HttpServer server = Http.server();
    final Queue<Seen> seen = new ConcurrentLinkedQueue<>();

    /** A permit for each event that is sent. */
    final Semaphore events = new Semaphore(0);

    /** A permit lets {@code /slow} answer. */
    final Semaphore slow = new Semaphore(0);

    /** Counts the endless bodies whose reader has gone. */
    final Semaphore left = new Semaphore(0);

    private final Predicate<@Nullable String> accepted;

    /** A request. The headers' names are in lower case. */
    record Seen(String method, String target, Map<String, List<String>> headers, long bodyLength) {

        List<String> header(String name) {
            return headers.getOrDefault(name, List.of());
        }
    }

    Api(Predicate<@Nullable String> accepted) {
        this.accepted = accepted;
        server.createContext("/", exchange -> {
            try {
                handle(exchange);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                exchange.close();
            }
        });
    }

    URI base() {
        return URI.create(Http.origin(server) + "/v1/");
    }

    private void handle(HttpExchange exchange) throws IOException, InterruptedException {
        Map<String, List<String>> headers = new TreeMap<>();
        exchange.getRequestHeaders()
                .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), List.copyOf(values)));
        long length = count(exchange.getRequestBody());
        String target = exchange.getRequestURI().toString();
        seen.add(new Seen(exchange.getRequestMethod(), target, headers, length));
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        String token = authorization != null && authorization.startsWith("Bearer ") ? authorization.substring(7) : null;
        if (!accepted.test(token)) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"api\"");
            Http.answer(exchange, 401, "text/plain", "the token is no good");
            return;
        }
        switch (exchange.getRequestURI().getPath()) {
            case "/v1/events" -> events(exchange);
            case "/v1/endless-events" -> endless(exchange, "text/event-stream; charset=utf-8");
            case "/v1/endless-file" -> endless(exchange, "application/octet-stream");
            case "/v1/slow" -> {
                slow.acquire();
                Http.answer(exchange, 200, "text/plain", "at last");
            }
            case "/v1/broken" -> {
                exchange.sendResponseHeaders(200, 100);
                exchange.getResponseBody().write(new byte[10]);
                exchange.getResponseBody().flush();
            }
            case "/v1/elsewhere" -> Http.redirect(exchange, "https://elsewhere.example/");
            case "/v1/nothing" -> exchange.sendResponseHeaders(204, -1);
            case "/v1/cookies" -> {
                exchange.getResponseHeaders()
                        .add("Set-Cookie", "__Host-Http-session=planted; Path=/; Secure; HttpOnly");
                exchange.getResponseHeaders().set("Access-Control-Allow-Origin", "*");
                exchange.getResponseHeaders().set("Access-Control-Allow-Credentials", "true");
                exchange.getResponseHeaders().set("Clear-Site-Data", "\"cookies\"");
                exchange.getResponseHeaders().set("Cache-Control", "max-age=60");
                exchange.getResponseHeaders().set("X-Of-The-Api", "kept");
                Http.answer(exchange, 200, "text/plain", "with cookies");
            }
            default ->
                Http.answer(exchange, 200, "text/plain", exchange.getRequestMethod() + " " + target + " " + length);
        }
    }

    private void events(HttpExchange exchange) throws IOException, InterruptedException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        exchange.getResponseBody().flush();
        for (int i = 1; i <= 3; i++) {
            events.acquire();
            exchange.getResponseBody().write(("data: " + i + "\n\n").getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
        }
    }

    /** Sends until nobody reads any more. */
    private void endless(HttpExchange exchange, String type) throws IOException, InterruptedException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(200, 0);
        try {
            while (!Thread.interrupted()) {
                exchange.getResponseBody().write("data: x\n\n".getBytes(StandardCharsets.UTF_8));
                exchange.getResponseBody().flush();
                Thread.sleep(10);
            }
        } catch (IOException e) {
            left.release();
        }
    }

    private static long count(InputStream body) throws IOException {
        byte[] buffer = new byte[64 * 1024];
        long length = 0;
        for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
            length += read;
        }
        return length;
    }

    @Override
    public void close() {
        Http.stop(server);
    }
}
