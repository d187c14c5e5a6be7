package dev.cloakroom.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A browser of somebody. It follows no redirects. */
final class Visitor {

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final Pattern CSRF = Pattern.compile("name=\"_csrf\"[^>]*value=\"([^\"]+)\"");

    private final Map<String, String> cookies = new LinkedHashMap<>();
    private final String base;

    Visitor(int port) {
        this.base = "http://localhost:" + port;
    }

    /** Returns another browser that somehow got this one's cookies, at a node. */
    Visitor copy(int port) {
        Visitor copy = new Visitor(port);
        copy.cookies.putAll(cookies);
        return copy;
    }

    HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(URI.create(base + path)));
    }

    String body(String path) {
        HttpResponse<String> response = get(path);
        assertThat(response.statusCode()).as(path).isEqualTo(200);
        return response.body();
    }

    HttpResponse<String> post(String path, Map<String, String> form) {
        String body = form.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return send(HttpRequest.newBuilder(URI.create(base + path))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    /** Returns the token of the form on a page. */
    String csrf(String path) {
        Matcher token = CSRF.matcher(body(path));
        assertThat(token.find()).as("a token on " + path).isTrue();
        return token.group(1);
    }

    HttpResponse<String> login(String user) {
        return login(user, csrf("/login"), Map.of());
    }

    HttpResponse<String> login(String user, String csrf, Map<String, String> more) {
        Map<String, String> form = new LinkedHashMap<>(more);
        form.put("username", user);
        form.put("password", "password");
        form.put("_csrf", csrf);
        return post("/login", form);
    }

    boolean isLoggedIn() {
        return get("/devices").statusCode() == 200;
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        if (!cookies.isEmpty()) {
            request.header(
                    "Cookie",
                    cookies.entrySet().stream()
                            .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                            .collect(Collectors.joining("; ")));
        }
        HttpResponse<String> response;
        try {
            response = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
        for (String cookie : response.headers().allValues("Set-Cookie")) {
            String pair = cookie.split(";", 2)[0];
            int equals = pair.indexOf('=');
            if (cookie.contains("Max-Age=0;")) {
                cookies.remove(pair.substring(0, equals));
            } else {
                cookies.put(pair.substring(0, equals), pair.substring(equals + 1));
            }
        }
        return response;
    }

    static boolean succeeded(HttpResponse<String> login) {
        return login.statusCode() == 302
                && !login.headers().firstValue("Location").orElse("").contains("/login");
    }

    static boolean failed(HttpResponse<String> login) {
        return login.statusCode() == 302
                && login.headers().firstValue("Location").orElse("").endsWith("/login?error");
    }
}
