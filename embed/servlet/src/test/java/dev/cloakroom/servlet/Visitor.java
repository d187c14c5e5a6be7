package dev.cloakroom.servlet;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A browser with one cookie. */
final class Visitor {

    static final String COOKIE = "__Host-Http-session";

    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(20))
            .build();

    private final int port;

    /** The cookie's name and value; null if there is none. */
    volatile @Nullable String cookie;

    Visitor(int port) {
        this.port = port;
    }

    Visitor copy() {
        Visitor copy = new Visitor(port);
        copy.cookie = cookie;
        return copy;
    }

    String cookie() {
        return Objects.requireNonNull(cookie, "no cookie");
    }

    URI uri(String path) {
        return URI.create("http://localhost:" + port + path);
    }

    Answer get(String path) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(60));
        String sent = cookie;
        if (sent != null) {
            request.header("Cookie", sent);
        }
        HttpResponse<String> response = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
        List<String> set = response.headers().allValues("Set-Cookie").stream()
                .filter(value -> value.startsWith(COOKIE + "="))
                .toList();
        for (String value : set) {
            cookie = value.contains("Max-Age=0") ? null : value.substring(0, value.indexOf(';'));
        }
        return new Answer(response.statusCode(), response.body(), set);
    }

    /** What came back, with the session's cookies that it set. */
    record Answer(int status, String body, List<String> cookies) {}
}
