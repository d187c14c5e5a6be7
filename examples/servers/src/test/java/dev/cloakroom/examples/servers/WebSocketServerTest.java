package dev.cloakroom.examples.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.SessionEngine;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The shared suite, and messages over a WebSocket. */
class WebSocketServerTest extends ServerContract {

    private final WebSocketServer sockets = new WebSocketServer();
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

    @Override
    SessionEngine.Builder settings(SessionEngine.Builder settings) {
        return settings.listener(sockets);
    }

    @Override
    Running start(SessionEngine sessions) {
        return sockets.start(sessions, 0);
    }

    private WebSocket open(@Nullable String cookie, String origin) throws Exception {
        HttpClient client = CLIENT;
        WebSocket.Builder builder = client.newWebSocketBuilder().header("Origin", origin);
        if (cookie != null) {
            builder.header("Cookie", cookie);
        }
        return builder.buildAsync(uri("ws", "/live"), new Receiver()).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private String ownOrigin() {
        return uri("http", "").toString();
    }

    private @Nullable String next() throws InterruptedException {
        return received.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private final class Receiver implements WebSocket.Listener {

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            received.add(data.toString());
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            received.add(status + " " + reason);
            return null;
        }
    }

    @Test
    void message_changesTheSession_nextRequestReadsIt() throws Exception {
        String cookie = login("ada");
        WebSocket socket = open(cookie, ownOrigin());

        socket.sendText("theme=dark", true).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);

        assertThat(next()).isEqualTo("stored");
        assertThat(get("/attributes/theme", cookie).body()).isEqualTo("dark");
        socket.abort();
    }

    @Test
    void socket_idRenewedMeanwhile_goesOn() throws Exception {
        String anonymous = cookieOf(put("/attributes/cart", "umbrella", null));
        WebSocket socket = open(anonymous, ownOrigin());
        String cookie = cookieOf(post("/login", "ada", anonymous));

        socket.sendText("theme=dark", true).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);

        assertThat(next()).isEqualTo("stored");
        assertThat(get("/attributes/theme", cookie).body()).isEqualTo("dark");
        socket.abort();
    }

    @Test
    void logout_ofThePage_closesTheSocket() throws Exception {
        String cookie = login("ada");
        open(cookie, ownOrigin());

        post("/logout", "", cookie);

        assertThat(next()).isEqualTo("1008 the session is over");
    }

    @Test
    void handshake_ofAnotherOriginOrWithoutSession_isRefused() throws Exception {
        String cookie = login("ada");

        assertRefused(403, cookie, "https://evil.example");
        assertRefused(401, null, ownOrigin());
    }

    private void assertRefused(int status, @Nullable String cookie, String origin) {
        assertThatThrownBy(() -> open(cookie, origin))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(WebSocketHandshakeException.class)
                .satisfies(e -> assertThat(((WebSocketHandshakeException) e.getCause())
                                .getResponse()
                                .statusCode())
                        .isEqualTo(status));
    }
}
