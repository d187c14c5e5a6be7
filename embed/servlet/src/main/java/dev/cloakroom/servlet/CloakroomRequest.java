package dev.cloakroom.servlet;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpSession;
import org.jspecify.annotations.Nullable;

/** A request whose sessions are the engine's. Logins of the container are left alone. */
final class CloakroomRequest extends HttpServletRequestWrapper {

    private final RequestState state;
    private final CloakroomResponse response;

    /** The container's context and what stands for it; null until there is one. */
    private @Nullable CommittingAsyncContext asyncContext;

    CloakroomRequest(HttpServletRequest request, CloakroomResponse response, RequestState state) {
        super(request);
        this.response = response;
        this.state = state;
    }

    RequestState state() {
        return state;
    }

    @Override
    public HttpSession getSession() {
        HttpSession session = state.session(true);
        if (session == null) {
            throw new AssertionError("a session is created when there is none");
        }
        return session;
    }

    @Override
    public @Nullable HttpSession getSession(boolean create) {
        return state.session(create);
    }

    @Override
    public String changeSessionId() {
        return state.changeId();
    }

    @Override
    public @Nullable String getRequestedSessionId() {
        return state.requestedId();
    }

    @Override
    public boolean isRequestedSessionIdValid() {
        return state.requestedIdIsValid();
    }

    @Override
    public boolean isRequestedSessionIdFromCookie() {
        return state.requestedId() != null;
    }

    @Override
    public boolean isRequestedSessionIdFromURL() {
        return false;
    }

    @Override
    public AsyncContext startAsync() {
        return wrap(super.startAsync(), this, response);
    }

    @Override
    public AsyncContext startAsync(ServletRequest servletRequest, ServletResponse servletResponse) {
        return wrap(super.startAsync(servletRequest, servletResponse), servletRequest, servletResponse);
    }

    @Override
    public AsyncContext getAsyncContext() {
        AsyncContext present = super.getAsyncContext();
        CommittingAsyncContext known = asyncContext;
        return known != null && known.standsFor(present)
                ? known
                : new CommittingAsyncContext(present, state, present.getRequest(), present.getResponse());
    }

    private AsyncContext wrap(AsyncContext started, ServletRequest suppliedRequest, ServletResponse suppliedResponse) {
        CommittingAsyncContext wrapped = new CommittingAsyncContext(started, state, suppliedRequest, suppliedResponse);
        wrapped.finishWhenComplete();
        asyncContext = wrapped;
        return wrapped;
    }
}
