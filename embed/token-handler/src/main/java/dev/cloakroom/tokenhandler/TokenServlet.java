package dev.cloakroom.tokenhandler;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Mounts a handler in a servlet container. Map it to the handler's prefix and to each upstream's, such as {@code /bff/*} and
 * {@code /api/*}, in an application whose context path is empty. A request holds its thread until it is answered. No filter
 * before it may read the body of forms, as {@code getParameter} does.
 *
 * <p>WebSockets are passed on if the container has Jakarta WebSocket 2.1, such as Tomcat with {@code
 * tomcat-embed-websocket}. Otherwise their handshakes get 501.
 */
public final class TokenServlet extends HttpServlet {

    private static final long serialVersionUID = 1;

    /** Where a container that has WebSockets keeps them; the class of that name may not be there. */
    private static final String WEB_SOCKETS = "jakarta.websocket.server.ServerContainer";

    private static final int GOING_AWAY = 1001;

    @SuppressWarnings("serial") // Containers do not serialize servlets.
    private final TokenHandler handler;

    /** Creates a servlet for a handler. */
    public TokenServlet(TokenHandler handler) {
        this.handler = handler;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws IOException, ServletException {
        String query = request.getQueryString();
        TokenRequest received = new TokenRequest(
                request.getMethod(),
                request.getRequestURI() + (query == null ? "" : "?" + query),
                headers(request),
                request.getInputStream(),
                request.getRemoteAddr());
        boolean canUpgrade = getServletContext().getAttribute(WEB_SOCKETS) != null;
        try (TokenResponse answer = handler.handle(received, canUpgrade)) {
            for (TokenResponse.Header header : answer.headers()) {
                response.addHeader(header.name(), header.value());
            }
            UpstreamSocket webSocket = answer.webSocket();
            if (webSocket != null) {
                upgrade(request, response, webSocket);
                return;
            }
            response.setStatus(answer.status());
            if (answer.length() >= 0 && !request.getMethod().equals("HEAD")) {
                response.setContentLengthLong(answer.length());
            }
            // So that an event stream begins before its first event.
            response.flushBuffer();
            answer.writeTo(response.getOutputStream());
        }
    }

    private static void upgrade(HttpServletRequest request, HttpServletResponse response, UpstreamSocket webSocket)
            throws IOException, ServletException {
        boolean upgraded = false;
        try {
            BrowserSocket.upgrade(request, response, webSocket);
            upgraded = response.getStatus() == HttpServletResponse.SC_SWITCHING_PROTOCOLS;
        } finally {
            if (!upgraded) {
                webSocket.browserClosed(GOING_AWAY);
            }
        }
    }

    private static Map<String, List<String>> headers(HttpServletRequest request) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        for (String name : Collections.list(request.getHeaderNames())) {
            headers.put(name, Collections.list(request.getHeaders(name)));
        }
        return headers;
    }
}
