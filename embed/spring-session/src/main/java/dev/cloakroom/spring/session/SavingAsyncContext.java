package dev.cloakroom.spring.session;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;

/** Stores the session before an asynchronous request completes, while its cookie can still be set. */
record SavingAsyncContext(AsyncContext containers, Exchange exchange) implements AsyncContext {

    @Override
    public void complete() {
        exchange.saveCurrent();
        containers.complete();
    }

    @Override
    public ServletRequest getRequest() {
        return containers.getRequest();
    }

    @Override
    public ServletResponse getResponse() {
        return containers.getResponse();
    }

    @Override
    public boolean hasOriginalRequestAndResponse() {
        return containers.hasOriginalRequestAndResponse();
    }

    @Override
    public void dispatch() {
        containers.dispatch();
    }

    @Override
    public void dispatch(String path) {
        containers.dispatch(path);
    }

    @Override
    public void dispatch(ServletContext context, String path) {
        containers.dispatch(context, path);
    }

    @Override
    public void start(Runnable run) {
        containers.start(run);
    }

    @Override
    public void addListener(AsyncListener listener) {
        containers.addListener(listener);
    }

    @Override
    public void addListener(AsyncListener listener, ServletRequest request, ServletResponse response) {
        containers.addListener(listener, request, response);
    }

    @Override
    public <T extends AsyncListener> T createListener(Class<T> type) throws ServletException {
        return containers.createListener(type);
    }

    @Override
    public void setTimeout(long timeout) {
        containers.setTimeout(timeout);
    }

    @Override
    public long getTimeout() {
        return containers.getTimeout();
    }

    /** Stores what was changed after the response was committed. */
    record Listener(Exchange exchange) implements AsyncListener {

        @Override
        public void onComplete(AsyncEvent event) {
            exchange.saveCurrent();
        }

        @Override
        public void onTimeout(AsyncEvent event) {}

        @Override
        public void onError(AsyncEvent event) {}

        @Override
        public void onStartAsync(AsyncEvent event) {}
    }
}
