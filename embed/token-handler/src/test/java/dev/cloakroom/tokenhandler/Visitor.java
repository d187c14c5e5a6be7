package dev.cloakroom.tokenhandler;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A browser, as far as the handler can tell: it keeps cookies, and sends strict ones with its own site's requests alone. */
final class Visitor {

    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .version(HttpClient.Version.HTTP_1_1)
            .build();

    private final String origin;
    final Map<String, Cookie> cookies = new ConcurrentHashMap<>();

    /** A cookie that was set. */
    record Cookie(String value, String attributes) {}

    Visitor(Site site) {
        this(site.origin);
    }

    Visitor(String origin) {
        this.origin = origin;
    }

    // Requests

    /** Sends a request as a script of the page does. */
    HttpResponse<String> fetch(String path) {
        return send(request(path).header("X-CSRF", "1").header("Sec-Fetch-Site", "same-origin"));
    }

    HttpResponse<String> post(String path, String body) {
        return send(request(path)
                .header("X-CSRF", "1")
                .header("Sec-Fetch-Site", "same-origin")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    /** Opens an answer that may not end, as a script of the page does. */
    InputStream stream(String path) {
        return send(request(path).header("X-CSRF", "1"), true, HttpResponse.BodyHandlers.ofInputStream())
                .body();
    }

    /** Sends a logout token, as an authorization server does: it has no cookies, and no page. */
    static HttpResponse<String> sendLogoutToken(String origin, String token) {
        Visitor server = new Visitor(origin);
        return server.send(server.request("/bff/backchannel")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(Http.form(Map.of("logout_token", token)))));
    }

    /** Goes to an address as when the user clicks on a link of the page. */
    HttpResponse<String> navigate(String path) {
        return send(navigation(path, "same-origin"));
    }

    /** Goes to an address as when another site redirects or links there: strict cookies stay behind. */
    HttpResponse<String> arrive(String target) {
        return send(navigation(target, "cross-site"), false);
    }

    private HttpRequest.Builder navigation(String path, String site) {
        return request(path)
                .header("Sec-Fetch-Mode", "navigate")
                .header("Sec-Fetch-Dest", "document")
                .header("Sec-Fetch-Site", site);
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(path.startsWith("http") ? path : origin + path));
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        return send(request, true);
    }

    HttpResponse<String> send(HttpRequest.Builder request, boolean withStrict) {
        return send(request, withStrict, HttpResponse.BodyHandlers.ofString());
    }

    <T> HttpResponse<T> send(HttpRequest.Builder request, boolean withStrict, HttpResponse.BodyHandler<T> body) {
        String header = header(withStrict);
        if (header != null) {
            request.header("Cookie", header);
        }
        try {
            HttpResponse<T> response = CLIENT.send(request.build(), body);
            response.headers().allValues("Set-Cookie").forEach(this::keep);
            return response;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the Cookie header of a request of the page. */
    String cookieHeader() {
        return Objects.requireNonNull(header(true), "there are no cookies");
    }

    private @Nullable String header(boolean withStrict) {
        String header = cookies.entrySet().stream()
                .filter(cookie -> withStrict || !cookie.getValue().attributes().contains("SameSite=Strict"))
                .map(cookie -> cookie.getKey() + "=" + cookie.getValue().value())
                .collect(Collectors.joining("; "));
        return header.isEmpty() ? null : header;
    }

    private void keep(String setCookie) {
        String[] parts = setCookie.split(";", 2);
        int equals = parts[0].indexOf('=');
        String name = parts[0].substring(0, equals);
        if (setCookie.contains("Max-Age=0")) {
            cookies.remove(name);
        } else {
            cookies.put(name, new Cookie(parts[0].substring(equals + 1), parts[1]));
        }
    }

    // Steps of a login

    /** Begins a login, and returns the authorization server's address. */
    String begin(String returnUrl) {
        return location(navigate("/bff/login?returnUrl=" + Http.encoded(returnUrl)));
    }

    /** Goes to the authorization server, and returns the callback's address that it redirects to. */
    String authorize(String address) {
        try {
            return location(CLIENT.send(
                    HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Logs in, and returns the callback's answer. */
    HttpResponse<String> logIn() {
        return arrive(authorize(begin("/")));
    }

    /** Logs in, which must succeed. */
    Visitor loggedIn() {
        HttpResponse<String> response = logIn();
        if (response.statusCode() != 200) {
            throw new AssertionError("the login failed: " + response.body());
        }
        return this;
    }

    static String location(HttpResponse<?> response) {
        return response.headers()
                .firstValue("Location")
                .orElseThrow(() -> new AssertionError("no redirect: " + response.statusCode() + " " + response.body()));
    }

    String session() {
        return Objects.requireNonNull(cookies.get("__Host-Http-session"), "no session cookie")
                .value();
    }

    /** Returns another browser with the same cookies. */
    Visitor copy() {
        Visitor copy = new Visitor(origin);
        copy.cookies.putAll(cookies);
        return copy;
    }
}
