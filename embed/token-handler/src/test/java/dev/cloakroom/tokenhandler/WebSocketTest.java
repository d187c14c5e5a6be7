package dev.cloakroom.tokenhandler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.catalina.LifecycleException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** WebSockets through the handler in Tomcat, to an upstream in Tomcat, by the JDK's client. */
@Timeout(30)
class WebSocketTest {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir
    private Path directory;

    private final CollectedLog log = new CollectedLog();
    private final AuthorizationServer provider = new AuthorizationServer();
    private final Api api = new Api(provider::accepts);
    private final WebSocketApi upstream = new WebSocketApi(provider::accepts);
    private TomcatSite site;

    @BeforeEach
    void start() throws LifecycleException {
        // So long that only the handler's own call can have closed a WebSocket.
        site = start(builder -> builder.sessionCheck(Duration.ofHours(1)));
    }

    private TomcatSite start(UnaryOperator<TokenHandler.Builder> settings) throws LifecycleException {
        return new TomcatSite(provider, api, upstream, directory, settings);
    }

    @AfterEach
    void close() throws LifecycleException {
        site.close();
        api.close();
        provider.close();
        log.close();
        for (String secret : provider.secrets) {
            assertThat(log.lines).noneMatch(line -> line.contains(secret));
        }
    }

    /** What a page hears. */
    private static final class Page implements WebSocket.Listener {

        final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        private final StringBuilder text = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                messages.add(text.toString());
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer part, boolean last) {
            messages.add("binary " + part.remaining() + " " + part.get(0));
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            messages.add("closed " + status + " " + reason);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable failure) {
            messages.add("failed " + failure.getClass());
        }

        @Nullable
        String next() throws InterruptedException {
            return messages.poll(20, TimeUnit.SECONDS);
        }
    }

    private final Page page = new Page();

    private WebSocket open(Visitor visitor) {
        return open(visitor, "/ws/echo", Map.of("Origin", site.origin));
    }

    private WebSocket open(@Nullable Visitor visitor, String path, Map<String, String> headers) {
        WebSocket.Builder builder = CLIENT.newWebSocketBuilder();
        headers.forEach(builder::header);
        if (visitor != null) {
            builder.header("Cookie", visitor.cookieHeader());
        }
        return builder.subprotocols("v1", "v2")
                .buildAsync(URI.create(site.origin.replace("http:", "ws:") + path), page)
                .join();
    }

    private void refused(int status, @Nullable Visitor visitor, String path, Map<String, String> headers) {
        assertThatThrownBy(() -> open(visitor, path, headers))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        e -> assertThat(e.getResponse().statusCode()).isEqualTo(status));
    }

    private Visitor loggedIn() {
        return new Visitor(site.origin).loggedIn();
    }

    @Test
    void messages_passBothWays_andTheHandshakeHasTheBearerInPlaceOfTheCookie() throws Exception {
        WebSocket socket = open(loggedIn());

        socket.sendText("hello", true).join();
        assertThat(page.next()).isEqualTo("echo: hello");
        socket.sendText("in two ", false).join();
        socket.sendText("parts", true).join();
        assertThat(page.next()).isEqualTo("echo: in two parts");
        String large = "x".repeat(300_000);
        socket.sendText(large, true).join();
        assertThat(page.next()).isEqualTo("echo: " + large);
        socket.sendBinary(ByteBuffer.wrap(new byte[] {7, 8, 9}), true).join();
        assertThat(page.next()).isEqualTo("binary 3 7");

        assertThat(socket.getSubprotocol()).isEqualTo("v2");
        Map<String, List<String>> handshake = upstream.handshakes.take();
        assertThat(handshake).doesNotContainKeys("cookie", "origin", "x-csrf");
        assertThat(handshake.get("authorization"))
                .singleElement()
                .satisfies(value -> assertThat(value).startsWith("Bearer access-"));
        assertThat(handshake.get("x-forwarded-host")).containsExactly(site.origin.substring("http://".length()));
    }

    @Test
    void handshake_ofAnotherOriginOrNone_is403_andReachesNoUpstream() {
        Visitor visitor = loggedIn();

        refused(403, visitor, "/ws/echo", Map.of("Origin", "https://evil.example"));
        refused(403, visitor, "/ws/echo", Map.of("Origin", site.origin.replace("http:", "https:")));
        refused(403, visitor, "/ws/echo", Map.of("Origin", "null"));
        refused(403, visitor, "/ws/echo", Map.of("Origin", "http://sub.localhost", "X-CSRF", "1"));
        refused(403, visitor, "/ws/echo", Map.of());
        refused(403, visitor, "/ws/echo", Map.of("Sec-Fetch-Site", "same-origin"));

        assertThat(upstream.handshakes).isEmpty();
        assertThat(site.handler.metrics().refusals()).containsEntry(Refusal.CSRF, 6L);
    }

    @Test
    void handshake_withoutASession_is401() {
        refused(401, null, "/ws/echo", Map.of("Origin", site.origin));

        assertThat(upstream.handshakes).isEmpty();
    }

    @Test
    void tokenThatTheUpstreamRefuses_isRefreshed_once() throws Exception {
        Visitor visitor = loggedIn();
        provider.revokeAccessTokens();

        open(visitor).sendText("a", true).join();

        assertThat(page.next()).isEqualTo("echo: a");
        assertThat(provider.refreshes).hasValue(1);
        assertThat(upstream.handshakes).hasSize(2);
    }

    @Test
    void handshakeThatTheUpstreamRefuses_is502() {
        refused(502, loggedIn(), "/ws/forbidden", Map.of("Origin", site.origin));
    }

    @Test
    void bothSides_areClosedAtALogout_andTheOtherSessionsGoOn() throws Exception {
        Visitor visitor = loggedIn();
        WebSocket other = open(loggedIn());
        open(visitor);

        assertThat(visitor.copy().post("/bff/logout", "").statusCode()).isEqualTo(200);

        assertThat(page.next()).isEqualTo("closed 1008 the session has ended");
        assertThat(upstream.closed.poll(20, TimeUnit.SECONDS)).isEqualTo(1001);
        other.sendText("still here", true).join();
        assertThat(page.next()).isEqualTo("echo: still here");
        refused(401, visitor, "/ws/echo", Map.of("Origin", site.origin));
    }

    @Test
    void bothSides_areClosedAtABackchannelLogout() throws Exception {
        open(loggedIn());

        Visitor.sendLogoutToken(site.origin, provider.logoutToken());

        assertThat(page.next()).startsWith("closed 1008");
        assertThat(upstream.closed.poll(20, TimeUnit.SECONDS)).isEqualTo(1001);
    }

    @Test
    void bothSides_areClosedSoonAfterTheSessionExpires_thoughMessagesPass() throws Exception {
        site.close();
        site = start(builder -> builder.sessionCheck(Duration.ofMillis(50)));
        WebSocket socket = open(loggedIn());
        socket.sendText("a", true).join();
        assertThat(page.next()).isEqualTo("echo: a");

        site.clock.advance(Duration.ofMinutes(31));

        assertThat(page.next()).startsWith("closed 1008");
        assertThat(upstream.closed.poll(20, TimeUnit.SECONDS)).isEqualTo(1001);
    }

    @Test
    void closeOfOneSide_closesTheOther_withItsStatus() throws Exception {
        Visitor visitor = loggedIn();

        open(visitor).sendText("close", true).join();
        assertThat(page.next()).isEqualTo("closed 4000 bye");
        assertThat(upstream.closed.poll(20, TimeUnit.SECONDS)).isEqualTo(4000);

        open(visitor).sendClose(4001, "done").join();
        assertThat(upstream.closed.poll(20, TimeUnit.SECONDS)).isEqualTo(4001);
    }

    @Test
    void browserThatIsGone_closesTheUpstreamsSide() throws Exception {
        open(loggedIn()).abort();

        assertThat(upstream.closed.poll(20, TimeUnit.SECONDS)).isEqualTo(1001);
    }
}
