package dev.cloakroom.spring.session;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Tells the exchange of forwards, after which the container accepts no more headers, and of asynchronous processing, which
 * hands the request to another thread.
 */
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

    @Override
    public AsyncContext startAsync() {
        exchange.saveCurrent();
        return started(super.startAsync());
    }

    @Override
    public AsyncContext startAsync(ServletRequest servletRequest, ServletResponse servletResponse) {
        exchange.saveCurrent();
        return started(super.startAsync(servletRequest, servletResponse));
    }

    private AsyncContext started(AsyncContext context) {
        exchange.beginAsync();
        context.addListener(new SavingAsyncContext.Listener(exchange));
        return new SavingAsyncContext(context, exchange);
    }

    @Override
    public AsyncContext getAsyncContext() {
        return new SavingAsyncContext(super.getAsyncContext(), exchange);
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
