package dev.cloakroom.servlet;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;

/**
 * An asynchronous context that commits the session before it completes the response. The container's own would write the
 * rest of the response past the filter's wrapper.
 */
final class CommittingAsyncContext implements AsyncContext {

    private final AsyncContext context;
    private final RequestState state;
    private final ServletRequest request;
    private final ServletResponse response;

    CommittingAsyncContext(AsyncContext context, RequestState state, ServletRequest request, ServletResponse response) {
        this.context = context;
        this.state = state;
        this.request = request;
        this.response = response;
    }

    @SuppressWarnings("ReferenceEquality") // The container has one for each cycle.
    boolean standsFor(AsyncContext other) {
        return context == other;
    }

    /** Stores what was changed after the response was complete. */
    void finishWhenComplete() {
        context.addListener(new AsyncListener() {
            @Override
            public void onComplete(AsyncEvent event) {
                CloakroomFilter.finish(state);
            }

            @Override
            public void onTimeout(AsyncEvent event) {}

            @Override
            public void onError(AsyncEvent event) {}

            @Override
            public void onStartAsync(AsyncEvent event) {}
        });
    }

    @Override
    public void complete() {
        state.commit();
        context.complete();
    }

    @Override
    public ServletRequest getRequest() {
        return request;
    }

    @Override
    public ServletResponse getResponse() {
        return response;
    }

    @Override
    public boolean hasOriginalRequestAndResponse() {
        return context.hasOriginalRequestAndResponse();
    }

    @Override
    public void dispatch() {
        context.dispatch();
    }

    @Override
    public void dispatch(String path) {
        context.dispatch(path);
    }

    @Override
    public void dispatch(ServletContext servletContext, String path) {
        context.dispatch(servletContext, path);
    }

    @Override
    public void start(Runnable run) {
        context.start(run);
    }

    @Override
    public void addListener(AsyncListener listener) {
        context.addListener(new Listener(listener));
    }

    @Override
    public void addListener(AsyncListener listener, ServletRequest suppliedRequest, ServletResponse suppliedResponse) {
        context.addListener(new Listener(listener), suppliedRequest, suppliedResponse);
    }

    @Override
    public <T extends AsyncListener> T createListener(Class<T> type) throws ServletException {
        return context.createListener(type);
    }

    @Override
    public void setTimeout(long timeout) {
        context.setTimeout(timeout);
    }

    @Override
    public long getTimeout() {
        return context.getTimeout();
    }

    /** Gives a listener the context that commits, as it may complete the response. */
    private final class Listener implements AsyncListener {

        private final AsyncListener listener;

        Listener(AsyncListener listener) {
            this.listener = listener;
        }

        private AsyncEvent of(AsyncEvent event) {
            return new AsyncEvent(
                    CommittingAsyncContext.this,
                    event.getSuppliedRequest(),
                    event.getSuppliedResponse(),
                    event.getThrowable());
        }

        @Override
        public void onComplete(AsyncEvent event) throws IOException {
            listener.onComplete(of(event));
        }

        @Override
        public void onTimeout(AsyncEvent event) throws IOException {
            listener.onTimeout(of(event));
        }

        @Override
        public void onError(AsyncEvent event) throws IOException {
            listener.onError(of(event));
        }

        @Override
        public void onStartAsync(AsyncEvent event) throws IOException {
            listener.onStartAsync(of(event));
        }
    }
}
