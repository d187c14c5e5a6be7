package dev.cloakroom.examples.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Sends requests to the demo itself, over HTTPS, as a browser does. */
final class Caller {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HttpClient client;
    private final URI demo;

    Caller(SelfSigned identity, URI demo) {
        this.client = HttpClient.newBuilder()
                .sslContext(identity.clientContext())
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(PATIENCE)
                .build();
        this.demo = demo;
    }

    HttpResponse<byte[]> get(String path, @Nullable String cookies) throws HttpError {
        return send("GET", path, cookies, null);
    }

    /**
     * Sends a request.
     *
     * @param cookies the value of its {@code Cookie} header, or null for none
     * @param body its body, or null for none
     * @param headers names and values of other headers
     */
    HttpResponse<byte[]> send(
            String method, String path, @Nullable String cookies, @Nullable String body, String... headers)
            throws HttpError {
        HttpRequest.Builder request = HttpRequest.newBuilder(demo.resolve(path))
                .timeout(PATIENCE)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        if (cookies != null && !cookies.isEmpty()) {
            request.header("Cookie", cookies);
        }
        try {
            return client.send(request.build(), BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new HttpError(502, "the demo cannot reach itself");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HttpError(503, "the demo is shutting down");
        }
    }
}
