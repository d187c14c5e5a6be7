package dev.cloakroom.examples.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client with a cookie jar of one cookie, which keeps every answer that it got. */
final class Visitor {

    static final String COOKIE_NAME = "__Host-Http-session";

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final HttpClient client;
    private final URI server;
    private final List<HttpResponse<String>> answers = new CopyOnWriteArrayList<>();
    private volatile @Nullable String cookie;

    Visitor(HttpClient client, URI server) {
        this.client = client;
        this.server = server;
    }

    /** Returns a client that trusts a certificate and no other. */
    static HttpClient trusting(X509Certificate certificate) throws GeneralSecurityException, IOException {
        return HttpClient.newBuilder()
                .sslContext(contextTrusting(certificate))
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(PATIENCE)
                .build();
    }

    static SSLContext contextTrusting(X509Certificate certificate) throws GeneralSecurityException, IOException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("demo", certificate);
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    /** Returns the cookie's value, or null if there is none. */
    @Nullable
    String cookie() {
        return cookie;
    }

    /** Puts a cookie into the jar; null empties it. */
    Visitor withCookie(@Nullable String value) {
        cookie = value;
        return this;
    }

    /** Returns another client of the same server, with nothing in its jar. */
    Visitor another() {
        return new Visitor(client, server);
    }

    List<HttpResponse<String>> answers() {
        return answers;
    }

    Visitor loggedInAs(String user) {
        HttpResponse<String> answer = login(user);
        if (answer.statusCode() != 200) {
            throw new AssertionError("the login was answered with " + answer.statusCode());
        }
        return this;
    }

    HttpResponse<String> login(String user) {
        return post("/api/login", "{\"username\":\"" + user + "\",\"password\":\"demo\"}");
    }

    HttpResponse<String> get(String path) {
        return send("GET", path, null);
    }

    HttpResponse<String> post(String path, String body) {
        return send("POST", path, body);
    }

    HttpResponse<String> put(String path, String body) {
        return send("PUT", path, body);
    }

    HttpResponse<String> delete(String path) {
        return send("DELETE", path, null);
    }

    HttpResponse<String> send(String method, String path, @Nullable String body, String... headers) {
        return sendBytes(method, path, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body), headers);
    }

    HttpResponse<String> sendBytes(String method, String path, HttpRequest.BodyPublisher body, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(server.resolve(path)).timeout(PATIENCE).method(method, body);
        if (headers.length > 0) {
            request.headers(headers);
        }
        String present = cookie;
        if (present != null) {
            request.header("Cookie", COOKIE_NAME + "=" + present);
        }
        try {
            HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
            answers.add(answer);
            answer.headers().allValues("Set-Cookie").forEach(this::take);
            return answer;
        } catch (IOException e) {
            throw new AssertionError(method + " " + path + " was not answered", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private void take(String setCookie) {
        String pair = setCookie.substring(0, setCookie.indexOf(';'));
        String value = pair.substring(pair.indexOf('=') + 1);
        cookie = value.isEmpty() ? null : value;
    }

    static JsonNode json(HttpResponse<String> answer) {
        return JSON.readTree(answer.body());
    }

    static String setCookie(HttpResponse<String> answer) {
        List<String> cookies = answer.headers().allValues("Set-Cookie");
        if (cookies.size() != 1) {
            throw new AssertionError("one Set-Cookie was expected: " + cookies.size());
        }
        return cookies.get(0);
    }

    long metric(String name) {
        return Objects.requireNonNull(json(get("/api/metrics")).get(name), name).asLong();
    }
}
