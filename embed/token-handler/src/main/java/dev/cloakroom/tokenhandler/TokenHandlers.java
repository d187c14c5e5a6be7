package dev.cloakroom.tokenhandler;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.InputStream;

/** Mounts a handler in servers. */
public final class TokenHandlers {

    private static final int FIRST_ERROR = 400;
    private static final long MOST_DRAINED = 1024 * 1024;

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
            if (response.status() >= FIRST_ERROR && !response.endsConnection()) {
                drain(exchange.getRequestBody());
            }
            for (TokenResponse.Header header : response.headers()) {
                exchange.getResponseHeaders().add(header.name(), header.value());
            }
            boolean bodiless =
                    response.length() == 0 || exchange.getRequestMethod().equals("HEAD");
            // -1 means no body here, and 0 that the length is not known.
            exchange.sendResponseHeaders(response.status(), bodiless ? -1 : Math.max(0, response.length()));
            if (!bodiless) {
                // Newer JDKs keep the headers back until then, and an event stream may begin long before its first
                // event.
                exchange.getResponseBody().flush();
                response.writeTo(exchange.getResponseBody());
            }
            if (response.endsConnection()) {
                // The server closes the connection after an exception.
                exchange.getResponseBody().flush();
                throw new IOException("the rest of the request cannot be read");
            }
            // Not after a failure: it would end the body as if it were complete. An exception breaks the connection
            // off.
            exchange.close();
        }
    }

    /** Reads what is left of a request, up to a limit: a client that is still sending does not see the answer. */
    private static void drain(InputStream body) throws IOException {
        byte[] buffer = new byte[16 * 1024];
        long left = MOST_DRAINED;
        int read = 0;
        while (left > 0 && read >= 0) {
            read = body.read(buffer);
            left -= read;
        }
    }
}
