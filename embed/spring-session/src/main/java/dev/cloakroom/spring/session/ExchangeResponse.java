package dev.cloakroom.spring.session;

import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;

/** Sees what Spring's own wrapper around it lets pass: the redirects of Servlet 6.1, and resets. */
final class ExchangeResponse extends HttpServletResponseWrapper {

    private final Exchange exchange;

    ExchangeResponse(HttpServletResponse response, Exchange exchange) {
        super(response);
        this.exchange = exchange;
    }

    @Override
    public void sendRedirect(String location, int sc, boolean clearBuffer) throws IOException {
        exchange.saveCurrent();
        super.sendRedirect(location, sc, clearBuffer);
    }

    @Override
    public void reset() {
        super.reset();
        exchange.sendAgain();
    }
}
