package dev.cloakroom.tokenhandler;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.CloseReason;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A browser's WebSocket in a servlet container (Jakarta WebSocket 2.1), joined to one to an upstream. */
final class BrowserSocket extends Endpoint implements UpstreamSocket.Browser {

    private final UpstreamSocket upstream;
    private volatile @Nullable Session session;

    private BrowserSocket(UpstreamSocket upstream) {
        this.upstream = upstream;
    }

    /** Answers a handshake, and gives the connection to the WebSocket. */
    static void upgrade(HttpServletRequest request, HttpServletResponse response, UpstreamSocket upstream)
            throws IOException, ServletException {
        ServerContainer container =
                (ServerContainer) request.getServletContext().getAttribute(ServerContainer.class.getName());
        // The path is for endpoints that a container finds by it, which this one is not.
        ServerEndpointConfig config = ServerEndpointConfig.Builder.create(BrowserSocket.class, "/")
                .configurator(new Joining(new BrowserSocket(upstream)))
                .build();
        try {
            container.upgradeHttpToWebSocket(request, response, config, Map.of());
        } catch (DeploymentException e) {
            throw new ServletException("the container cannot open a WebSocket", e);
        }
    }

    /** Hands the container an endpoint that is there already, and the upstream's choice of a subprotocol. */
    private static final class Joining extends ServerEndpointConfig.Configurator {

        private final BrowserSocket endpoint;

        Joining(BrowserSocket endpoint) {
            this.endpoint = endpoint;
        }

        @Override
        public <T> T getEndpointInstance(Class<T> type) {
            return type.cast(endpoint);
        }

        @Override
        public String getNegotiatedSubprotocol(List<String> supported, List<String> requested) {
            return endpoint.upstream.subprotocol();
        }

        /** The handler has judged it. */
        @Override
        public boolean checkOrigin(String origin) {
            return true;
        }
    }

    // What the container calls

    @Override
    public void onOpen(Session opened, EndpointConfig config) {
        session = opened;
        opened.addMessageHandler(String.class, (MessageHandler.Partial<String>) upstream::pass);
        opened.addMessageHandler(ByteBuffer.class, (MessageHandler.Partial<ByteBuffer>) upstream::pass);
        upstream.join(this);
    }

    @Override
    public void onClose(Session closed, CloseReason reason) {
        upstream.browserClosed(reason.getCloseCode().getCode());
    }

    @Override
    public void onError(Session failed, Throwable failure) {
        upstream.browserClosed(CloseReason.CloseCodes.CLOSED_ABNORMALLY.getCode());
    }

    // What the upstream's side calls

    @Override
    public void sendText(String part, boolean last) throws IOException {
        opened().getBasicRemote().sendText(part, last);
    }

    @Override
    public void sendBinary(ByteBuffer part, boolean last) throws IOException {
        opened().getBasicRemote().sendBinary(part, last);
    }

    @Override
    public void close(int status, String reason) {
        try {
            opened().close(new CloseReason(CloseReason.CloseCodes.getCloseCode(status), reason));
        } catch (IOException | IllegalStateException e) {
            // It is closed already, or the browser is gone.
        }
    }

    private Session opened() {
        return Objects.requireNonNull(session, "the WebSocket is not open yet");
    }
}
