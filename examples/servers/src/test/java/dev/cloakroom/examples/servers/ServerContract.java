package dev.cloakroom.examples.servers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.SessionLimit;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.store.HeapSessionStore;
import dev.cloakroom.testkit.Concurrently;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What each server must do, over HTTP. */
abstract class ServerContract {

    static final Duration PATIENCE = Duration.ofSeconds(60);
    static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();

    /** Matches from the declared length to the end of the headers. */
    private static final Pattern LENGTH =
            Pattern.compile("\\r\\nContent-Length: (\\d+)\\r\\n(?:.*\\r\\n)*?\\r\\n", Pattern.CASE_INSENSITIVE);

    private final HeapSessionStore store = HeapSessionStore.create();
    private @Nullable SessionEngine engine;
    private @Nullable Running server;

    /** Starts the server on a free port of the loopback address. */
    abstract Running start(SessionEngine sessions) throws Exception;

    /** Changes the settings of the engine. */
    SessionEngine.Builder settings(SessionEngine.Builder settings) {
        return settings;
    }

    @BeforeEach
    void startServer() throws Exception {
        engine = settings(SessionEngine.builder().keys(KeyRing.random()).store(store))
                .maxSessionsPerPrincipal(1, SessionLimit.END_LEAST_RECENTLY_USED)
                .build();
        server = start(engine);
    }

    @AfterEach
    void stopServer() {
        server().close();
        engine().close();
    }

    final SessionEngine engine() {
        return Objects.requireNonNull(engine);
    }

    final Running server() {
        return Objects.requireNonNull(server);
    }

    final URI uri(String scheme, String path) {
        return URI.create(scheme + "://localhost:" + server().port() + path);
    }

    final HttpRequest.Builder request(String path, @Nullable String cookie) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri("http", path)).timeout(PATIENCE);
        return cookie == null ? request : request.header("Cookie", cookie);
    }

    final HttpResponse<String> get(String path, @Nullable String cookie) throws Exception {
        return CLIENT.send(request(path, cookie).build(), BodyHandlers.ofString());
    }

    final HttpResponse<String> post(String path, String body, @Nullable String cookie) throws Exception {
        return CLIENT.send(
                request(path, cookie).POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
    }

    final HttpResponse<String> put(String path, String body, @Nullable String cookie) throws Exception {
        return CLIENT.send(
                request(path, cookie).PUT(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
    }

    final String login(String user) throws Exception {
        HttpResponse<String> response = post("/login", user, null);
        assertThat(response.statusCode()).isEqualTo(200);
        return cookieOf(response);
    }

    static String cookieOf(HttpResponse<?> response) {
        List<String> cookies = response.headers().allValues("Set-Cookie");
        assertThat(cookies).singleElement().asString().endsWith("; Path=/; Secure; HttpOnly; SameSite=Strict");
        return cookies.get(0).substring(0, cookies.get(0).indexOf(';'));
    }

    @Test
    void login_thenAttribute_readByTheNextRequestWithTheSameCookie() throws Exception {
        String cookie = login("ada");

        HttpResponse<String> put = put("/attributes/theme", "dark", cookie);
        HttpResponse<String> read = get("/attributes/theme", cookie);

        assertThat(put.statusCode()).isEqualTo(200);
        assertThat(put.headers().allValues("Set-Cookie")).isEmpty();
        assertThat(read.body()).isEqualTo("dark");
        assertThat(get("/me", cookie).body()).isEqualTo("ada");
        assertThat(get("/attributes/other", cookie).statusCode()).isEqualTo(404);
    }

    @Test
    void login_onAnonymousSession_replacesTheCookieAndKeepsTheAttributes() throws Exception {
        String anonymous = cookieOf(put("/attributes/cart", "umbrella", null));

        String cookie = cookieOf(post("/login", "ada", anonymous));

        assertThat(cookie).isNotEqualTo(anonymous);
        assertThat(get("/attributes/cart", cookie).body()).isEqualTo("umbrella");
        assertThat(get("/attributes/cart", anonymous).statusCode()).isEqualTo(404);
    }

    @Test
    void logout_thenOldCookie_opensNothing() throws Exception {
        String cookie = login("ada");

        HttpResponse<String> logout = post("/logout", "", cookie);

        assertThat(logout.headers().firstValue("Set-Cookie"))
                .hasValueSatisfying(value -> assertThat(value).contains("=;").contains("Max-Age=0"));
        assertThat(get("/me", cookie).statusCode()).isEqualTo(404);
    }

    @Test
    void untouchedRequest_withoutCookie_setsNone() throws Exception {
        HttpResponse<String> response = get("/me", null);

        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(response.headers().allValues("Set-Cookie")).isEmpty();
        assertThat(engine().metrics().storeWrites()).isZero();
    }

    @Test
    void tamperedCookie_isRejectedWithoutAReadOfTheStore() throws Exception {
        String cookie = login("ada");
        char last = cookie.charAt(cookie.length() - 6);
        String tampered = cookie.substring(0, cookie.length() - 6)
                // A digit: Jetty takes a header for an earlier one that differs in case alone.
                + (last == '0' ? '1' : '0')
                + cookie.substring(cookie.length() - 5);
        long reads = engine().metrics().storeReads();

        HttpResponse<String> response = get("/me", tampered);

        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(engine().metrics().rejectedCookies()).isEqualTo(1);
        assertThat(engine().metrics().storeReads()).isEqualTo(reads);
        assertThat(get("/me", cookie).body()).isEqualTo("ada");
    }

    /** HTTP/2 may split the header, and a proxy may pass the parts on. The JDK's client would join them. */
    @Test
    void twoCookieFields_sessionInTheSecond_isFound() throws Exception {
        String cookie = login("ada");
        String request = "GET /me HTTP/1.1\r\nHost: localhost:" + server().port() + "\r\nCookie: theme=dark\r\nCookie: "
                + cookie + "\r\nConnection: close\r\n\r\n";

        assertThat(exchange(request)).startsWith("HTTP/1.1 200").endsWith("ada");
    }

    /** Sends a request as it stands, and reads until the declared length has come. */
    private String exchange(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server().port())) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            StringBuilder response = new StringBuilder();
            int next;
            while (!isComplete(response) && (next = socket.getInputStream().read()) >= 0) {
                response.append((char) next);
            }
            return response.toString();
        }
    }

    private static boolean isComplete(CharSequence response) {
        Matcher length = LENGTH.matcher(response);
        return length.find() && response.length() >= length.end() + Integer.parseInt(length.group(1));
    }

    @Test
    void fiftyParallelRequests_eachChangesAnotherAttribute_noneIsLost() throws Exception {
        String cookie = login("ada");

        List<CompletableFuture<HttpResponse<String>>> writes = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            HttpRequest write = request("/attributes/a" + i, cookie)
                    .PUT(BodyPublishers.ofString("value " + i))
                    .build();
            writes.add(CLIENT.sendAsync(write, BodyHandlers.ofString()));
        }
        for (CompletableFuture<HttpResponse<String>> write : writes) {
            assertThat(write.get().statusCode()).isEqualTo(200);
        }

        for (int i = 0; i < 50; i++) {
            assertThat(get("/attributes/a" + i, cookie).body()).isEqualTo("value " + i);
        }
    }

    @Test
    void eightParallelLogins_limitOfOne_oneSessionLives() throws Exception {
        List<String> cookies = Concurrently.run(8, thread -> login("ada"));

        int live = 0;
        for (String cookie : cookies) {
            live += get("/me", cookie).statusCode() == 200 ? 1 : 0;
        }
        assertThat(live).isEqualTo(1);
        assertThat(engine().sessionsOf("ada")).hasSize(1);
    }

    @Test
    void requestOfAnotherSite_isRefused() throws Exception {
        String cookie = login("ada");
        HttpRequest forged = request("/logout", cookie)
                .POST(BodyPublishers.noBody())
                .header("Sec-Fetch-Site", "cross-site")
                .build();

        assertThat(CLIENT.send(forged, BodyHandlers.ofString()).statusCode()).isEqualTo(403);
        assertThat(get("/me", cookie).body()).isEqualTo("ada");
    }

    /** Without Fetch Metadata, the origin is compared with the host that the request names. */
    @Test
    void requestOfTheOwnOrigin_fromABrowserWithoutFetchMetadata_passes() throws Exception {
        HttpRequest login = request("/login", null)
                .POST(BodyPublishers.ofString("ada"))
                .header("Origin", uri("http", "").toString())
                .build();

        assertThat(CLIENT.send(login, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    }

    @Test
    void storeOut_isAnsweredWith503() throws Exception {
        String cookie = login("ada");

        store.close();

        assertThat(get("/me", cookie).statusCode()).isEqualTo(503);
        assertThat(post("/login", "ada", null).statusCode()).isEqualTo(503);
    }
}
