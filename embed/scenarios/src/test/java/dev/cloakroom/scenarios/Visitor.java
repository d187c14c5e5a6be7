package dev.cloakroom.scenarios;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** A browser over real HTTP: keeps the cookies that it receives and sends each in a {@code Cookie} field of its own. */
public final class Visitor {

    /** One for each visitor: the connections of another one may be to a server that stopped, on the same port. */
    private final HttpClient client;

    private final Map<String, String> cookies = new TreeMap<>();

    public Visitor() {
        this(HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(30))
                .build());
    }

    private Visitor(HttpClient client) {
        this.client = client;
    }

    public Visitor copy() {
        Visitor copy = new Visitor(client);
        synchronized (cookies) {
            copy.cookies.putAll(cookies);
        }
        return copy;
    }

    /** Returns a visitor with the same cookies and without connections, as after the server was restarted. */
    public Visitor reconnected() {
        Visitor again = new Visitor();
        synchronized (cookies) {
            again.cookies.putAll(cookies);
        }
        return again;
    }

    /** Returns the value of a cookie that it received, or null. */
    public String cookie(String name) {
        synchronized (cookies) {
            return cookies.get(name);
        }
    }

    public Visitor with(String name, String value) {
        synchronized (cookies) {
            cookies.put(name, value);
        }
        return this;
    }

    /** Sends a request, and returns the body of its response, which must have the status 200. */
    public String get(int port, String path) {
        HttpResponse<String> response = send(port, path).join();
        if (response.statusCode() != 200) {
            throw new AssertionError(path + " was answered by " + response.statusCode() + ": " + response.body());
        }
        return response.body();
    }

    /** Starts a request. The cookies are received when the response is there. */
    public CompletableFuture<HttpResponse<String>> send(int port, String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .timeout(Duration.ofSeconds(60));
        synchronized (cookies) {
            cookies.forEach((name, value) -> request.header("Cookie", name + "=" + value));
        }
        return client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
                .thenApply(response -> {
                    receive(response);
                    return response;
                });
    }

    private void receive(HttpResponse<?> response) {
        synchronized (cookies) {
            for (String field : response.headers().allValues("Set-Cookie")) {
                String pair = field.split(";", 2)[0];
                String name = pair.substring(0, pair.indexOf('='));
                String value = pair.substring(name.length() + 1);
                if (value.isEmpty() || field.contains("Max-Age=0")) {
                    cookies.remove(name);
                } else {
                    cookies.put(name, value);
                }
            }
        }
    }
}
