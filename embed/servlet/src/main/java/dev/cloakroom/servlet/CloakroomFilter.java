package dev.cloakroom.servlet;

import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.ValueTypes;
import dev.cloakroom.store.StoreFullException;
import dev.cloakroom.store.StoreUnavailableException;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes {@link HttpServletRequest#getSession()} return sessions of a {@link SessionEngine}, in any container of Jakarta
 * Servlet 6.1.
 *
 * <pre>{@code
 * SessionEngine engine = SessionEngine.builder().keys(KeyRing.fromFile(path)).build();
 * CloakroomFilter.builder(engine).build().register(servletContext);
 * }</pre>
 *
 * <p>The session is looked up when the request first asks for it. What the request changed is stored before the response
 * is committed, and again when the request ends. A request that changes nothing writes nothing, but for a last access once
 * per touch interval. Requests that set different attributes of one session do not disturb each other.
 *
 * <p>The filter must be mapped to all requests and all {@linkplain DispatcherType dispatcher types}, must support
 * asynchronous requests, and must come before every filter that uses sessions. {@link #register} does so. Without {@code
 * FORWARD} and {@code ASYNC}, what those dispatches change comes too late for its cookie.
 *
 * <p>When the store cannot answer, or is full, the response is 503, unless it is committed already.
 *
 * <p>The filter does not close the engine. Thread-safe. Null is not accepted.
 */
public final class CloakroomFilter implements Filter {

    private static final System.Logger LOGGER = System.getLogger("dev.cloakroom.servlet");

    /** Where the innermost filter's state is. */
    private static final String STATE = CloakroomFilter.class.getName() + ".state";

    private final FilterSettings settings;

    /** Where this filter's state is. */
    private final String ownState = STATE + "@" + Integer.toHexString(System.identityHashCode(this));

    private CloakroomFilter(FilterSettings settings) {
        this.settings = settings;
    }

    /** Returns a builder of a filter over an engine. */
    public static Builder builder(SessionEngine engine) {
        return new Builder(Objects.requireNonNull(engine, "engine"));
    }

    /**
     * Returns the engine's session of a request: the one that it has, or a new anonymous one that is stored only when
     * something is put into it. So the engine's own methods are at hand: {@code login}, {@code update}, {@code refresh}.
     * The filter commits it with the response.
     *
     * <p>The engine's session is not thread-safe. Use it on the request's thread.
     *
     * @throws IllegalStateException if no {@code CloakroomFilter} has seen the request
     */
    public static Session session(ServletRequest request) {
        if (request.getAttribute(STATE) instanceof RequestState state) {
            return state.engineSession();
        }
        throw new IllegalStateException(
                "no CloakroomFilter has seen this request: map the filter to /* and to all dispatcher types, before"
                        + " the filters that use sessions");
    }

    /**
     * Adds this filter to a web application that is being started: for all requests and dispatcher types, with support of
     * asynchronous requests, before the filters that are added later.
     *
     * @throws IllegalStateException if a filter of the name {@code cloakroom} is there already
     */
    public FilterRegistration.Dynamic register(ServletContext context) {
        FilterRegistration.Dynamic registration = context.addFilter("cloakroom", this);
        if (registration == null) {
            throw new IllegalStateException("the web application has a filter of the name cloakroom already");
        }
        registration.setAsyncSupported(true);
        registration.addMappingForUrlPatterns(EnumSet.allOf(DispatcherType.class), false, "/*");
        return registration;
    }

    /** Takes the web application's context. The container calls it. */
    @Override
    public void init(FilterConfig config) {
        settings.events().use(config.getServletContext());
    }

    /** Runs the rest of the chain with this filter's sessions. The container calls it. */
    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (!(request instanceof HttpServletRequest http) || !(response instanceof HttpServletResponse answer)) {
            chain.doFilter(request, response);
            return;
        }
        RequestState state = stateOf(request);
        RequestState wrapped = wrapped(request);
        if (wrapped != null && wrapped == state) {
            run(request, response, answer, chain, state);
        } else {
            if (state == null) {
                state = new RequestState(settings, http, answer);
                request.setAttribute(ownState, state);
                request.setAttribute(STATE, state);
            } else {
                state.dispatched(http, answer);
            }
            CloakroomResponse committing = new CloakroomResponse(answer, state);
            run(new CloakroomRequest(http, committing, state), committing, answer, chain, state);
        }
    }

    private @Nullable RequestState stateOf(ServletRequest request) {
        return request.getAttribute(ownState) instanceof RequestState state ? state : null;
    }

    /** Returns the state of this filter's wrapper, if the request has one. */
    private @Nullable RequestState wrapped(ServletRequest request) {
        RequestState own = stateOf(request);
        ServletRequest inner = request;
        while (own != null && inner instanceof ServletRequestWrapper wrapper) {
            if (wrapper instanceof CloakroomRequest cloakroom && cloakroom.state() == own) {
                return own;
            }
            inner = wrapper.getRequest();
        }
        return null;
    }

    private static void run(
            ServletRequest request,
            ServletResponse response,
            HttpServletResponse answer,
            FilterChain chain,
            RequestState state)
            throws IOException, ServletException {
        try {
            try {
                chain.doFilter(request, response);
            } catch (IOException | ServletException | RuntimeException | Error e) {
                commitAfter(e, request, state);
                throw e;
            }
            commitAtExit(request, state);
        } catch (ServletException | RuntimeException e) {
            RuntimeException outage = outage(e);
            if (outage == null || answer.isCommitted() || request.getDispatcherType() == DispatcherType.INCLUDE) {
                throw e;
            }
            LOGGER.log(System.Logger.Level.WARNING, "the session store has no answer or no room: answered 503", outage);
            answer.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
        }
    }

    private static void commitAtExit(ServletRequest request, RequestState state) {
        if (request.getDispatcherType() != DispatcherType.INCLUDE && !isAsyncStarted(request)) {
            state.commit();
            if (request.getDispatcherType() != DispatcherType.FORWARD) {
                state.finish();
            }
        }
    }

    private static void commitAfter(Throwable failure, ServletRequest request, RequestState state) {
        try {
            commitAtExit(request, state);
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    private static boolean isAsyncStarted(ServletRequest request) {
        return request.isAsyncSupported() && request.isAsyncStarted();
    }

    /** Stores what is left to store when an asynchronous response is complete. */
    static void finish(RequestState state) {
        try {
            state.commit();
        } catch (RuntimeException e) {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "changes of a session could not be stored after its response was complete: change sessions before",
                    e);
        }
        state.finish();
    }

    private static @Nullable RuntimeException outage(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < 10; depth++) {
            if (cause instanceof StoreUnavailableException || cause instanceof StoreFullException) {
                return (RuntimeException) cause;
            }
            cause = cause.getCause();
        }
        return null;
    }

    /** Settings of a {@link CloakroomFilter}. Each may be given once. Not thread-safe. */
    public static final class Builder {

        private final SessionEngine engine;
        private @Nullable ValueTypes values;
        private @Nullable HttpSessionEvents events;
        private @Nullable SaveMode saveMode;
        private @Nullable Predicate<HttpServletRequest> noAccess;
        private boolean dropsEmptySessions;

        private Builder(SessionEngine engine) {
            this.engine = engine;
        }

        /** Sets how objects are stored; {@link ValueTypes#standard()} unless set. */
        public Builder values(ValueTypes codec) {
            once("values", values);
            values = Objects.requireNonNull(codec, "codec");
            return this;
        }

        /**
         * Sets the listeners, and with them how objects are stored. Give the same object to {@link
         * SessionEngine.Builder#listener}. Else the first session that is stored is an {@link IllegalStateException}.
         */
        public Builder events(HttpSessionEvents sessionEvents) {
            once("events", events);
            events = Objects.requireNonNull(sessionEvents, "sessionEvents");
            return this;
        }

        /** Sets which objects are saved though they were not set; {@link SaveMode#SET} unless set. */
        public Builder saveMode(SaveMode mode) {
            once("saveMode", saveMode);
            saveMode = Objects.requireNonNull(mode, "mode");
            return this;
        }

        /**
         * Leaves a session that {@code getSession()} has created unstored and without a cookie, as long as nothing is put
         * into it. Unless set, it is stored, as containers do it. With this, visitors who only read cost no memory; a
         * session that stays empty is a new one at each request.
         */
        public Builder dropEmptySessions() {
            once("dropEmptySessions", dropsEmptySessions ? this : null);
            dropsEmptySessions = true;
            return this;
        }

        /**
         * Sets which requests are no access of their session, such as those that a page makes by itself. The session's
         * idle timeout goes on. None unless set.
         */
        public Builder noAccess(Predicate<HttpServletRequest> requests) {
            once("noAccess", noAccess);
            noAccess = Objects.requireNonNull(requests, "requests");
            return this;
        }

        /**
         * Returns a filter with these settings.
         *
         * @throws IllegalStateException if both values and events were given, of different codecs
         */
        public CloakroomFilter build() {
            HttpSessionEvents told = events;
            if (told == null) {
                told = HttpSessionEvents.none(values == null ? ValueTypes.standard() : values);
            } else if (values != null && told.values() != values) {
                throw new IllegalStateException(
                        "values(...) is another ValueTypes than that of events(...): give it to HttpSessionEvents.of alone");
            }
            return new CloakroomFilter(new FilterSettings(
                    engine,
                    told,
                    saveMode == null ? SaveMode.SET : saveMode,
                    !dropsEmptySessions,
                    noAccess == null ? request -> false : noAccess));
        }

        private static void once(String setting, @Nullable Object before) {
            if (before != null) {
                throw new IllegalStateException(setting + " was set before");
            }
        }
    }
}
