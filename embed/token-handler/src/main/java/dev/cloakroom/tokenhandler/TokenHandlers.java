package dev.cloakroom.tokenhandler;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;

/** Mounts a handler in servers. */
public final class TokenHandlers {

    private TokenHandlers() {}

    /**
     * Returns a handler for the JDK's server. Make a context for its prefix and for each upstream's. Give the server an
     * executor: its default runs one request at a time.
     *
     * <pre>{@code
     * server.createContext("/bff/", TokenHandlers.jdk(handler));
     * server.createContext("/api/", TokenHandlers.jdk(handler));
     * }</pre>
     */
    public static HttpHandler jdk(TokenHandler handler) {
        return exchange -> serve(handler, exchange);
    }

    private static void serve(TokenHandler handler, HttpExchange exchange) throws IOException {
        TokenRequest request = new TokenRequest(
                exchange.getRequestMethod(),
                exchange.getRequestURI().toString(),
                exchange.getRequestHeaders(),
                exchange.getRequestBody(),
                exchange.getRemoteAddress().getAddress().getHostAddress());
        try (TokenResponse response = handler.handle(request)) {
            for (TokenResponse.Header header : response.headers()) {
                exchange.getResponseHeaders().add(header.name(), header.value());
            }
            boolean bodiless =
                    response.length() == 0 || exchange.getRequestMethod().equals("HEAD");
            // -1 means no body here, and 0 that the length is not known.
            exchange.sendResponseHeaders(response.status(), bodiless ? -1 : Math.max(0, response.length()));
            if (!bodiless) {
                response.writeTo(exchange.getResponseBody());
                exchange.getResponseBody().close();
            }
        } finally {
            // Breaks the connection off if the body is not complete.
            exchange.close();
        }
    }
}
