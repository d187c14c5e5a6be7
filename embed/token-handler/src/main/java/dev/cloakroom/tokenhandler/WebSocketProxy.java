package dev.cloakroom.tokenhandler;

import dev.cloakroom.Session;
import dev.cloakroom.cookie.CookieHeader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpTimeoutException;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Opens WebSockets to upstreams, with the session's access token in the handshake. */
final class WebSocketProxy {

    private static final int UNAUTHORIZED = 401;

    private final Settings settings;
    private final HttpClient client;
    private final Refresher refresher;
    private final Principals principals;
    private final OpenConnections connections;
    private final Meters meters;

    WebSocketProxy(
            Settings settings,
            HttpClient client,
            Refresher refresher,
            Principals principals,
            OpenConnections connections,
            Meters meters) {
        this.settings = settings;
        this.client = client;
        this.refresher = refresher;
        this.principals = principals;
        this.connections = connections;
        this.meters = meters;
    }

    /** Returns whether a request asks for a WebSocket (RFC 6455, section 4.1). */
    static boolean isHandshake(TokenRequest request) {
        return request.all("Upgrade").stream()
                .anyMatch(value -> value.toLowerCase(Locale.ROOT).contains("websocket"));
    }

    /** Opens a WebSocket for a handshake. The response has it. */
    TokenResponse open(TokenRequest request, Upstream upstream, boolean canUpgrade) {
        checkHandshake(request, upstream, canUpgrade);
        URI address = webSocketAddress(upstream.address(request));
        Session session = principals.loggedIn(settings.engine().lookup(CookieHeader.join(request.all("Cookie"))));
        if (session == null) {
            throw RefusedException.loginRequired();
        }
        OpenConnections.Connection connection = connections.open(session.handle());
        try {
            Tokens tokens = refresher.usable(session);
            List<String> cookies = settings.engine().commit(session);
            UpstreamSocket socket = connect(request, address, session, tokens);
            socket.endWith(connection);
            return TokenResponse.upgrading(socket).withCookies(cookies);
        } catch (RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** A browser cannot add the CSRF header to a handshake, but it always sends the page's origin. */
    private void checkHandshake(TokenRequest request, Upstream upstream, boolean canUpgrade) {
        if (!List.copyOf(request.all("Origin")).equals(List.of(settings.origin()))) {
            throw new RefusedException(
                    403,
                    Refusal.CSRF,
                    "the handshake of a WebSocket must have the header Origin: " + settings.origin());
        }
        if (!request.method().equals("GET") || !upstream.allows("GET")) {
            throw new RefusedException(405, Refusal.BAD_TARGET, "the method is not allowed here");
        }
        if (!canUpgrade) {
            throw new RefusedException(
                    501,
                    Refusal.WEBSOCKET,
                    "this server cannot pass WebSockets on: use TokenServlet in a container with Jakarta WebSocket,"
                            + " or an event stream");
        }
    }

    private static URI webSocketAddress(URI address) {
        return URI.create(address.toString().replaceFirst("^http", "ws"));
    }

    private UpstreamSocket connect(TokenRequest request, URI address, Session session, Tokens tokens) {
        try {
            return connect(request, address, tokens);
        } catch (WebSocketHandshakeException e) {
            Tokens others = statusOf(e) == UNAUTHORIZED ? refresher.replaced(session, tokens) : tokens;
            if (others.accessToken().equals(tokens.accessToken())) {
                throw refused(e);
            }
            try {
                return connect(request, address, others);
            } catch (WebSocketHandshakeException again) {
                throw refused(again);
            }
        }
    }

    private UpstreamSocket connect(TokenRequest request, URI address, Tokens tokens)
            throws WebSocketHandshakeException {
        UpstreamSocket socket = new UpstreamSocket(settings.idleTimeout());
        long start = System.nanoTime();
        try {
            builder(request, tokens).buildAsync(address, socket).get();
            meters.answered(System.nanoTime() - start);
            return socket;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof WebSocketHandshakeException refused) {
                meters.answered(System.nanoTime() - start);
                throw refused;
            }
            throw failure(e.getCause());
        } catch (IllegalArgumentException e) {
            throw failure(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RefusedException(503, Refusal.UPSTREAM_FAILED, "the server is stopping");
        }
    }

    private WebSocket.Builder builder(TokenRequest request, Tokens tokens) {
        WebSocket.Builder builder = client.newWebSocketBuilder().connectTimeout(settings.headersTimeout());
        for (TokenResponse.Header header : ForwardedHeaders.ofRequest(request, settings.csrfHeader())) {
            builder.header(header.name(), header.value());
        }
        String address = request.remoteAddress();
        ForwardedHeaders.own(tokens, settings.origin(), address == null ? "" : address)
                .forEach(builder::header);
        List<String> subprotocols = subprotocols(request);
        if (!subprotocols.isEmpty()) {
            builder.subprotocols(
                    subprotocols.get(0), subprotocols.stream().skip(1).toArray(String[]::new));
        }
        return builder;
    }

    private static List<String> subprotocols(TokenRequest request) {
        List<String> names = new ArrayList<>();
        for (String value : request.all("Sec-WebSocket-Protocol")) {
            for (String name : value.split(",", -1)) {
                names.add(name.strip());
            }
        }
        return names;
    }

    private static RefusedException failure(@Nullable Throwable cause) {
        if (cause instanceof IllegalArgumentException) {
            return new RefusedException(400, Refusal.BAD_TARGET, "a header of the handshake is malformed");
        }
        return cause instanceof HttpTimeoutException
                ? new RefusedException(504, Refusal.UPSTREAM_TIMEOUT, "the upstream did not answer in time")
                : new RefusedException(502, Refusal.UPSTREAM_FAILED, "the upstream cannot be reached, or broke off");
    }

    private static RefusedException refused(WebSocketHandshakeException refused) {
        return new RefusedException(
                502,
                Refusal.UPSTREAM_FAILED,
                "the upstream answered the handshake of the WebSocket with status " + statusOf(refused));
    }

    private static int statusOf(WebSocketHandshakeException refused) {
        return refused.getResponse() == null ? 0 : refused.getResponse().statusCode();
    }
}
