package dev.cloakroom.tokenhandler;

import jakarta.servlet.http.HttpServlet;
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
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** An API of WebSockets that wants an access token. It sends back what it gets. */
final class WebSocketApi extends HttpServlet {

    private static final long serialVersionUID = 1;

    static final int LARGEST_MESSAGE = 1_000_000;

    /** The headers of handshakes, with their names in lower case. */
    final transient BlockingQueue<Map<String, List<String>>> handshakes = new LinkedBlockingQueue<>();

    /** The statuses that WebSockets were closed with. */
    final transient BlockingQueue<Integer> closed = new LinkedBlockingQueue<>();

    private final transient Predicate<@Nullable String> accepted;

    WebSocketApi(Predicate<@Nullable String> accepted) {
        this.accepted = accepted;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Map<String, List<String>> headers = new TreeMap<>();
        for (String name : Collections.list(request.getHeaderNames())) {
            headers.put(name.toLowerCase(Locale.ROOT), Collections.list(request.getHeaders(name)));
        }
        handshakes.add(headers);
        String authorization = Objects.requireNonNullElse(request.getHeader("Authorization"), "Bearer none");
        if (!accepted.test(authorization.substring("Bearer ".length()))) {
            response.setStatus(401);
        } else if (request.getRequestURI().endsWith("/forbidden")) {
            response.setStatus(403);
        } else {
            upgrade(request, response);
        }
    }

    private void upgrade(HttpServletRequest request, HttpServletResponse response) throws IOException {
        ServerContainer container = (ServerContainer) getServletContext().getAttribute(ServerContainer.class.getName());
        Echo echo = new Echo();
        ServerEndpointConfig config = ServerEndpointConfig.Builder.create(Echo.class, "/")
                .subprotocols(List.of("v2"))
                .configurator(new ServerEndpointConfig.Configurator() {
                    @Override
                    public <T> T getEndpointInstance(Class<T> type) {
                        return type.cast(echo);
                    }
                })
                .build();
        try {
            container.upgradeHttpToWebSocket(request, response, config, Map.of());
        } catch (DeploymentException e) {
            throw new IOException(e);
        }
    }

    private final class Echo extends Endpoint {

        @Override
        public void onOpen(Session session, EndpointConfig config) {
            session.setMaxTextMessageBufferSize(LARGEST_MESSAGE);
            session.setMaxBinaryMessageBufferSize(LARGEST_MESSAGE);
            session.addMessageHandler(String.class, (MessageHandler.Whole<String>) text -> answer(session, text));
            session.addMessageHandler(ByteBuffer.class, (MessageHandler.Whole<ByteBuffer>)
                    bytes -> send(() -> session.getBasicRemote().sendBinary(bytes)));
        }

        private void answer(Session session, String text) {
            if (text.equals("close")) {
                send(() -> session.close(new CloseReason(CloseReason.CloseCodes.getCloseCode(4000), "bye")));
            } else {
                send(() -> session.getBasicRemote().sendText("echo: " + text));
            }
        }

        @Override
        public void onClose(Session session, CloseReason reason) {
            closed.add(reason.getCloseCode().getCode());
        }
    }

    private interface Sending {
        void run() throws IOException;
    }

    private static void send(Sending sending) {
        try {
            sending.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
