package dev.cloakroom.spring.session;

import dev.cloakroom.store.StoreFullException;
import dev.cloakroom.store.StoreUnavailableException;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.session.web.http.CookieHttpSessionIdResolver;
import org.springframework.session.web.http.HttpSessionIdResolver;
import org.springframework.session.web.http.SessionRepositoryFilter;

/**
 * Gives each request its session by {@code getSession()}: Spring Session's filter, around which the engine looks up and
 * sets the cookies. A renewal, which changes the cookie and not the id that Spring sees, so gets its cookie as well.
 *
 * <p>When the store cannot answer, or is full, the response is 503, unless it is committed already.
 *
 * <p>Map it to all requests and to the dispatches REQUEST, ASYNC and ERROR, with asynchronous support. It is thread-safe.
 */
/*
 * Spring's filter asks its repository for a session by the id that a resolver found in the request. Here the repository
 * is the exchange, which has this request's own session only. So each request gets an instance of Spring's filter.
 */
public final class CloakroomSessionFilter extends SessionRepositoryFilter<CloakroomSession> {

    private static final System.Logger LOGGER = System.getLogger("dev.cloakroom.spring.session");

    private static final HttpSessionIdResolver RESOLVER = resolver();

    private final CloakroomSessionRepository repository;

    /** Makes a filter for a repository. */
    public CloakroomSessionFilter(CloakroomSessionRepository repository) {
        super(repository);
        this.repository = repository;
    }

    private static CookieHttpSessionIdResolver resolver() {
        CookieHttpSessionIdResolver resolver = new CookieHttpSessionIdResolver();
        resolver.setCookieSerializer(new CloakroomCookieSerializer());
        return resolver;
    }

    /**
     * Accepts a {@link CookieHttpSessionIdResolver} with Cloakroom's serializer, which changes nothing.
     *
     * @throws IllegalStateException if it is another, for the id that it would take from a request is no secret
     */
    @Override
    public void setHttpSessionIdResolver(HttpSessionIdResolver httpSessionIdResolver) {
        ResolverCheck.require(httpSessionIdResolver);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain filterChain)
            throws ServletException, IOException {
        Exchange exchange = Exchange.enter(repository, request, response);
        SessionRepositoryFilter<CloakroomSession> springs = new SessionRepositoryFilter<>(exchange);
        springs.setHttpSessionIdResolver(RESOLVER);
        FilterChain application = (innerRequest, innerResponse) -> {
            try {
                filterChain.doFilter(innerRequest, innerResponse);
            } finally {
                exchange.leave();
            }
        };
        try {
            springs.doFilter(
                    new ExchangeRequest(request, exchange), new ExchangeResponse(response, exchange), application);
        } catch (ServletException | RuntimeException e) {
            RuntimeException outage = outage(e);
            if (outage == null || response.isCommitted()) {
                throw e;
            }
            LOGGER.log(System.Logger.Level.WARNING, "the session store has no answer or no room: answered 503", outage);
            response.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
        } finally {
            exchange.left();
        }
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
}
