package dev.cloakroom.examples.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import tools.jackson.databind.JsonNode;

/**
 * Issues tokens to the nodes that the demo starts. It listens on the loopback interface, and answers who knows the secret
 * of this run.
 */
final class TokenEndpoint implements AutoCloseable {

    private static final int THREADS = 8;
    private static final int MAXIMUM_USER = 4096;
    private static final String BEARER = "Bearer ";

    private final HttpServer server;
    private final ExecutorService workers = Workers.daemons("token-endpoint", THREADS);
    private final Tokens tokens;
    private final String secret;

    private TokenEndpoint(HttpServer server, Tokens tokens, String secret) {
        this.server = server;
        this.tokens = tokens;
        this.secret = secret;
    }

    /** Starts one on a free port. */
    static TokenEndpoint start(Tokens tokens, String secret) throws IOException {
        TokenEndpoint endpoint = new TokenEndpoint(Listeners.http(0), tokens, secret);
        endpoint.server.createContext("/token", endpoint::answer);
        endpoint.server.setExecutor(endpoint.workers);
        endpoint.server.start();
        return endpoint;
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/token");
    }

    /** Returns the tokens of an endpoint, for a node. */
    static Tokens at(URI endpoint, String secret) {
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(5))
                .build();
        return user -> ask(client, endpoint, secret, user);
    }

    private static AccessToken ask(HttpClient client, URI endpoint, String secret, String user) {
        HttpRequest request = HttpRequest.newBuilder(endpoint)
                .header("Authorization", BEARER + secret)
                .timeout(Duration.ofSeconds(10))
                .POST(HttpRequest.BodyPublishers.ofString(user))
                .build();
        try {
            HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            if (response.statusCode() != 200) {
                throw new IOException("the token endpoint answered with " + response.statusCode());
            }
            JsonNode token = Json.read(response.body());
            return new AccessToken(
                    token.get("jwt").stringValue(), token.get("expiresAt").longValue());
        } catch (IOException e) {
            throw new UncheckedIOException("no token can be had", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException("interrupted", e));
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String authorization = exchange.getRequestHeaders().getFirst("Authorization");
            byte[] user = exchange.getRequestBody().readNBytes(MAXIMUM_USER);
            if (authorization == null || !MessageDigest.isEqual(bytes(BEARER + secret), bytes(authorization))) {
                exchange.sendResponseHeaders(401, -1);
                return;
            }
            byte[] body = Json.write(tokens.issue(new String(user, StandardCharsets.UTF_8)));
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        server.stop(0);
        workers.shutdownNow();
    }
}
