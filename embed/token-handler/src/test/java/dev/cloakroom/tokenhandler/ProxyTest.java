package dev.cloakroom.tokenhandler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.Session;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.testkit.ManualClock;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What passes the proxy, and what does not. */
class ProxyTest {

    private final AuthorizationServer provider = new AuthorizationServer();
    private final Api api = new Api(provider::accepts);
    private Site site = new Site(
            provider,
            api,
            builder -> builder.maxBody(200_000)
                    .upstream("/api/read/", api.base(), "GET")
                    .upstreamTimeouts(Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofSeconds(30)));

    @AfterEach
    void close() {
        api.slow.release(10);
        api.events.release(10);
        site.close();
        api.close();
        provider.close();
    }

    private void restart(UnaryOperator<TokenHandler.Builder> settings) {
        site.close();
        site = new Site(provider, api, settings);
    }

    private Api.Seen seen() {
        return Objects.requireNonNull(api.seen.peek(), "the API was not asked");
    }

    // Headers

    @Test
    void request_reachesTheApiWithTheBearer_andWithoutTheCookie() {
        Visitor visitor = new Visitor(site).loggedIn();

        HttpResponse<String> response = visitor.send(visitor.request("/api/orders?page=2&q=%C3%A9")
                .header("X-CSRF", "1")
                .header("Accept", "application/json")
                .header("Authorization", "Bearer of the client")
                .header("Forwarded", "for=1.2.3.4;host=evil.example")
                .header("X-Forwarded-For", "1.2.3.4")
                .header("X_Forwarded_Host", "evil.example")
                .header("X-Forwarded-Prefix", "/evil")
                .header("X-Real-IP", "1.2.3.4")
                .header("TE", "trailers")
                .header("Proxy-Authorization", "Basic eDp5")
                .header("Referer", site.origin + "/secret/page")
                .header("Sec-Fetch-Site", "same-origin"));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("GET /v1/orders?page=2&q=%C3%A9 0");
        assertThat(seen().header("authorization"))
                .singleElement()
                .satisfies(value -> assertThat(value).startsWith("Bearer access-"));
        assertThat(seen().headers())
                .doesNotContainKeys(
                        "cookie",
                        "x-csrf",
                        "forwarded",
                        "x_forwarded_host",
                        "x-forwarded-prefix",
                        "x-real-ip",
                        "te",
                        "proxy-authorization",
                        "referer",
                        "sec-fetch-site",
                        "origin");
        assertThat(seen().header("accept")).containsExactly("application/json");
        assertThat(seen().header("x-forwarded-for")).doesNotContain("1.2.3.4").hasSize(1);
        assertThat(seen().header("x-forwarded-host")).containsExactly(site.origin.substring("http://".length()));
        assertThat(seen().header("x-forwarded-proto")).containsExactly("http");
        assertThat(seen().header("host")).containsExactly(api.base().getAuthority());
    }

    @Test
    void headers_thatConnectionNames_stay() throws IOException {
        Visitor visitor = new Visitor(site).loggedIn();

        String answer =
                raw("GET /api/a HTTP/1.1\r\nHost: " + URI.create(site.origin).getAuthority()
                        + "\r\nCookie: __Host-Http-session=" + visitor.session()
                        + "\r\nX-CSRF: 1\r\nX-Hop: secret\r\nConnection: close, x-hop\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 200");
        assertThat(seen().headers()).doesNotContainKey("x-hop");
    }

    @Test
    void response_setsNoCookieAndSharesNothing() {
        Visitor visitor = new Visitor(site).loggedIn();
        Map<String, Visitor.Cookie> before = Map.copyOf(visitor.cookies);

        HttpResponse<String> response = visitor.fetch("/api/cookies");

        assertThat(response.body()).isEqualTo("with cookies");
        assertThat(response.headers().map())
                .doesNotContainKeys(
                        "set-cookie",
                        "access-control-allow-origin",
                        "access-control-allow-credentials",
                        "clear-site-data");
        assertThat(response.headers().firstValue("X-Of-The-Api")).hasValue("kept");
        assertThat(response.headers().allValues("Cache-Control"))
                .as("no shared cache may keep what is one user's")
                .contains("private");
        assertThat(visitor.cookies).isEqualTo(before);
        assertThat(visitor.fetch("/api/a").headers().firstValue("Cache-Control"))
                .hasValue("no-store");
    }

    @Test
    void renewedId_isSetOnTheApisAnswer() {
        site.close();
        KeyRing keys = KeyRing.random();
        ManualClock clock = new ManualClock(Instant.now());
        site = new Site(provider, api, keys, engine -> engine.clock(clock), builder -> builder);
        Visitor visitor = new Visitor(site).loggedIn();
        String before = visitor.session();
        clock.advance(Duration.ofMinutes(16));

        HttpResponse<String> response = visitor.fetch("/api/a");

        assertThat(response.headers().allValues("Set-Cookie")).hasSize(1);
        assertThat(visitor.session()).isNotEqualTo(before);
    }

    @Test
    void redirect_isNotFollowed() {
        HttpResponse<String> response = new Visitor(site).loggedIn().fetch("/api/elsewhere");

        assertThat(response.statusCode()).isEqualTo(302);
        assertThat(response.headers().firstValue("Location")).hasValue("https://elsewhere.example/");
    }

    @Test
    void methods_bodilessAnswersAndHead_pass() {
        Visitor visitor = new Visitor(site).loggedIn();

        assertThat(visitor.fetch("/api/nothing").statusCode()).isEqualTo(204);
        assertThat(visitor.send(visitor.request("/api/a").header("X-CSRF", "1").method("HEAD", none()))
                        .statusCode())
                .isEqualTo(200);
        assertThat(visitor.send(visitor.request("/api/a").header("X-CSRF", "1").DELETE())
                        .body())
                .isEqualTo("DELETE /v1/a 0");
        assertThat(visitor.send(visitor.request("/api/a")
                                .header("X-CSRF", "1")
                                .method("PATCH", HttpRequest.BodyPublishers.ofString("abc")))
                        .body())
                .isEqualTo("PATCH /v1/a 3");
        assertThat(visitor.send(visitor.request("/api/a").header("X-CSRF", "1").method("TRACE", none()))
                        .statusCode())
                .isEqualTo(405);
    }

    private static HttpRequest.BodyPublisher none() {
        return HttpRequest.BodyPublishers.noBody();
    }

    @Test
    void method_thatAPrefixDoesNotAllow_isRefused_andTheLongestPrefixCounts() {
        Visitor visitor = new Visitor(site).loggedIn();

        assertThat(visitor.fetch("/api/read/a").body()).isEqualTo("GET /v1/a 0");
        assertThat(visitor.post("/api/read/a", "x").statusCode()).isEqualTo(405);
    }

    // Targets

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/..%2fadmin",
                "/api/%2e%2e/admin",
                "/api/a%2Fb",
                "/api/a%5Cb",
                "/api//a",
                "/api/..;/a",
                "/api/a%00"
            })
    void ambiguousTarget_isRefused(String target) {
        HttpResponse<String> response = new Visitor(site).loggedIn().fetch(target);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(api.seen).isEmpty();
    }

    @Test
    void absoluteForm_isRefused() throws IOException {
        Visitor visitor = new Visitor(site).loggedIn();

        String answer =
                raw("GET http://evil.example/api/a HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\nCookie: "
                        + "__Host-Http-session=" + visitor.session() + "\r\nX-CSRF: 1\r\n\r\n");

        assertThat(answer).matches("(?s)HTTP/1.1 40[04].*");
        assertThat(api.seen).isEmpty();
    }

    private String raw(String request) throws IOException {
        URI uri = URI.create(site.origin);
        try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
        }
    }

    @Test
    void pathOfNoUpstream_isNotFound() {
        assertThat(site.handler.handles("/other")).isFalse();
        TokenResponse response =
                site.handler.handle(new TokenRequest("GET", "/other", Map.of(), InputStream.nullInputStream(), null));
        assertThat(response.status()).isEqualTo(404);
    }

    // Who may

    @Test
    void request_withoutASession_is401AsJson_neverARedirect() {
        HttpResponse<String> response = new Visitor(site).fetch("/api/a");

        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(Json.read(response.body())).containsEntry("error", "login_required");
        assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
    }

    @Test
    void session_thatAnotherIssuersUserHas_isNotOurs() {
        Session other = site.engine.open((String) null);
        other.put(Tokens.ATTRIBUTE, new Tokens("other's", null, "", 0, 0, 0));
        other.login("https://other.example#ada");
        Visitor visitor = new Visitor(site);
        String cookie = site.engine.commit(other).get(0).split(";", 2)[0];
        visitor.cookies.put("__Host-Http-session", new Visitor.Cookie(cookie.split("=", 2)[1], "SameSite=Strict"));

        assertThat(visitor.fetch("/api/a").statusCode()).isEqualTo(401);
        assertThat(api.seen).isEmpty();
    }

    @Test
    void request_withoutTheHeader_is403_alsoGet() {
        Visitor visitor = new Visitor(site).loggedIn();

        for (HttpRequest.Builder request : List.of(
                visitor.request("/api/a"),
                visitor.request("/api/a").header("X-CSRF", "0"),
                visitor.request("/bff/session"),
                visitor.request("/api/a").POST(HttpRequest.BodyPublishers.ofString("a=b")))) {
            HttpResponse<String> response = visitor.send(request);
            assertThat(response.statusCode()).isEqualTo(403);
            assertThat(Json.read(response.body())).containsEntry("error", "csrf");
        }
        assertThat(api.seen).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"same-site", "cross-site"})
    void request_ofASiblingDomainOrAnotherSite_is403_evenWithTheHeader(String site) {
        Visitor visitor = new Visitor(this.site).loggedIn();

        HttpResponse<String> response =
                visitor.send(visitor.request("/api/a").header("X-CSRF", "1").header("Sec-Fetch-Site", site));

        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(api.seen).isEmpty();
    }

    @Test
    void request_withAnotherOrigin_is403_andThePreflightIsNotAnswered() {
        Visitor visitor = new Visitor(site).loggedIn();

        HttpResponse<String> request = visitor.send(
                visitor.request("/api/a").header("X-CSRF", "1").header("Origin", "http://sibling.localhost"));
        HttpResponse<String> preflight = visitor.send(visitor.request("/api/a")
                .header("Origin", "http://sibling.localhost")
                .header("Access-Control-Request-Headers", "x-csrf")
                .method("OPTIONS", none()));

        assertThat(request.statusCode()).isEqualTo(403);
        assertThat(preflight.statusCode()).isEqualTo(403);
        assertThat(preflight.headers().map().keySet()).noneMatch(name -> name.startsWith("access-control"));
    }

    @Test
    void webSocket_isJudgedByItsOrigin_andNotPassedOn() {
        Map<String, List<String>> own = Map.of("Upgrade", List.of("websocket"), "Origin", List.of(site.origin));
        Map<String, List<String>> foreign =
                Map.of("Upgrade", List.of("websocket"), "Origin", List.of("http://evil.example"));

        assertThat(status(own)).isEqualTo(501);
        assertThat(status(foreign)).isEqualTo(403);
    }

    private int status(Map<String, List<String>> headers) {
        return site.handler
                .handle(new TokenRequest("GET", "/api/a", headers, InputStream.nullInputStream(), null))
                .status();
    }

    // Refusals of the API

    @Test
    void unauthorized_isRefreshedAndRepeatedOnce_withTheBody() {
        Visitor visitor = new Visitor(site).loggedIn();
        provider.revokeAccessTokens();

        HttpResponse<String> response = visitor.post("/api/a", "twice");

        assertThat(response.body()).isEqualTo("POST /v1/a 5");
        assertThat(api.seen)
                .hasSize(2)
                .allSatisfy(seen -> assertThat(seen.bodyLength()).isEqualTo(5));
        assertThat(provider.refreshes).hasValue(1);
    }

    @Test
    void unauthorized_forAStreamedBody_isRefreshed_andGoesToThePage() {
        Visitor visitor = new Visitor(site).loggedIn();
        provider.revokeAccessTokens();
        String large = "x".repeat(100_000);

        HttpResponse<String> first = visitor.post("/api/a", large);
        HttpResponse<String> second = visitor.post("/api/a", large);

        assertThat(first.statusCode()).isEqualTo(401);
        assertThat(first.headers().map()).doesNotContainKey("www-authenticate");
        assertThat(second.body()).isEqualTo("POST /v1/a 100000");
    }

    @Test
    void unauthorized_again_isNotRepeatedForEver() {
        try (Api strict = new Api(token -> false)) {
            site.close();
            site = new Site(provider, strict);
            Visitor visitor = new Visitor(site).loggedIn();

            assertThat(visitor.fetch("/api/a").statusCode()).isEqualTo(401);
            assertThat(strict.seen).hasSize(2);
            assertThat(provider.refreshes).hasValue(1);
        }
    }

    // Bodies

    @Test
    void eventStream_arrivesEventByEvent() throws IOException {
        Visitor visitor = new Visitor(site).loggedIn();
        HttpResponse<InputStream> response = visitor.send(
                visitor.request("/api/events").header("X-CSRF", "1"), true, HttpResponse.BodyHandlers.ofInputStream());

        try (InputStream events = response.body()) {
            for (int i = 1; i <= 3; i++) {
                api.events.release();
                // The next event is sent only when this one was read.
                byte[] event = events.readNBytes("data: 1\n\n".length());
                assertThat(new String(event, StandardCharsets.UTF_8)).isEqualTo("data: " + i + "\n\n");
            }
            assertThat(events.read()).isEqualTo(-1);
        }
        assertThat(response.headers().firstValue("Content-Type")).hasValue("text/event-stream");
    }

    @Test
    void body_largerThanAllowed_is413_whetherItsLengthIsSaidOrNot() {
        Visitor visitor = new Visitor(site).loggedIn();
        byte[] large = new byte[200_001];

        assertThat(visitor.post("/api/a", "x".repeat(200_000)).statusCode()).isEqualTo(200);
        api.seen.clear();
        assertThat(visitor.post("/api/a", "x".repeat(200_001)).statusCode()).isEqualTo(413);
        assertThat(api.seen).isEmpty();
        HttpResponse<String> chunked = visitor.send(visitor.request("/api/a")
                .header("X-CSRF", "1")
                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large))));
        assertThat(chunked.statusCode()).isEqualTo(413);
        assertThat(api.seen).as("no whole request").isEmpty();
    }

    @Test
    void body_ofUnknownLength_isStreamed() {
        Visitor visitor = new Visitor(site).loggedIn();
        byte[] body = new byte[150_000];

        HttpResponse<String> response = visitor.send(visitor.request("/api/a")
                .header("X-CSRF", "1")
                .PUT(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))));

        assertThat(response.body()).isEqualTo("PUT /v1/a 150000");
    }

    // Failures

    @Test
    void upstream_thatIsSlowOrGone_is504Or502() throws IOException {
        restart(builder ->
                builder.upstreamTimeouts(Duration.ofSeconds(5), Duration.ofMillis(300), Duration.ofSeconds(5)));
        HttpResponse<String> slow = new Visitor(site).loggedIn().fetch("/api/slow");
        assertThat(slow.statusCode()).isEqualTo(504);
        assertThat(Json.read(slow.body())).containsEntry("error", "upstream_timeout");

        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        restart(builder -> builder.upstream("/gone/", URI.create("http://localhost:" + port + "/")));
        site.server.createContext("/gone/", TokenHandlers.jdk(site.handler));
        HttpResponse<String> gone = new Visitor(site).loggedIn().fetch("/gone/a");
        assertThat(gone.statusCode()).isEqualTo(502);
        assertThat(Json.read(gone.body())).containsEntry("error", "upstream_failed");
        assertThat(site.handler.metrics().refusals()).containsEntry(Refusal.UPSTREAM_FAILED, 1L);
    }

    @Test
    void client_thatStopsInTheMiddleOfItsBody_isAnsweredAndItsConnectionIsClosed() throws IOException {
        restart(builder ->
                builder.upstreamTimeouts(Duration.ofSeconds(5), Duration.ofMillis(500), Duration.ofSeconds(5)));
        Visitor visitor = new Visitor(site).loggedIn();
        URI uri = URI.create(site.origin);
        try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write(("PUT /api/a HTTP/1.1\r\nHost: " + uri.getAuthority() + "\r\nCookie: __Host-Http-session="
                                    + visitor.session()
                                    + "\r\nX-CSRF: 1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
                            .getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();

            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(answer).startsWith("HTTP/1.1 504").contains("upstream_timeout");
        }
    }

    @Test
    void upstream_thatBreaksOff_breaksTheAnswerOff() {
        Visitor visitor = new Visitor(site).loggedIn();

        assertThatThrownBy(() -> visitor.fetch("/api/broken")).isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void upstream_thatFallsSilent_breaksTheAnswerOff() {
        restart(builder ->
                builder.upstreamTimeouts(Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofMillis(300)));
        Visitor visitor = new Visitor(site).loggedIn();

        assertThatThrownBy(() -> visitor.fetch("/api/events")).isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void metrics_countWhatPassed() {
        Visitor visitor = new Visitor(site).loggedIn();
        visitor.fetch("/api/a");
        visitor.send(visitor.request("/api/a"));

        TokenHandlerMetrics metrics = site.handler.metrics();
        assertThat(metrics.upstreamRequests()).isEqualTo(1);
        assertThat(metrics.upstreamTime()).isPositive();
        assertThat(metrics.refusals()).containsEntry(Refusal.CSRF, 1L);
    }
}
