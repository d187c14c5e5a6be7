package dev.cloakroom.spring.session;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Tells the exchange of forwards: when one returns, the container accepts no more headers. */
final class ExchangeRequest extends HttpServletRequestWrapper {

    private final Exchange exchange;

    ExchangeRequest(HttpServletRequest request, Exchange exchange) {
        super(request);
        this.exchange = exchange;
    }

    @Override
    public @Nullable RequestDispatcher getRequestDispatcher(String path) {
        RequestDispatcher dispatcher = super.getRequestDispatcher(path);
        return dispatcher == null ? null : new Dispatcher(dispatcher, exchange);
    }

    private record Dispatcher(RequestDispatcher containers, Exchange exchange) implements RequestDispatcher {

        @Override
        public void forward(ServletRequest request, ServletResponse response) throws ServletException, IOException {
            exchange.beginForward();
            try {
                containers.forward(request, response);
            } finally {
                exchange.endForward();
            }
        }

        @Override
        public void include(ServletRequest request, ServletResponse response) throws ServletException, IOException {
            containers.include(request, response);
        }
    }
}
