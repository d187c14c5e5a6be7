package dev.cloakroom.spring.session;

import dev.cloakroom.Lookup;
import dev.cloakroom.Persistence;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.cookie.SetCookie;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.session.SessionRepository;

/**
 * One request and its response, over all of its dispatches: what Spring's filter takes for a repository. It returns the
 * session whose cookie the request presented, and no other. So no id opens a session here, wherever an id comes from.
 *
 * <p>Used by one thread at a time, as the request is: once the application has started asynchronous processing and has
 * returned, no longer by the thread of the dispatch.
 */
final class Exchange implements SessionRepository<CloakroomSession> {

    private static final String ATTRIBUTE = Exchange.class.getName();

    /** Set by {@code SpringSessionRememberMeServices}. The class itself needs Spring Security. */
    private static final String REMEMBER_ME =
            "org.springframework.session.security.web.authentication.SpringSessionRememberMeServicesREMEMBER_ME_LOGIN_ATTR";

    /** What Spring Security takes for yes. */
    private static final Set<String> YES = Set.of("true", "on", "yes", "1");

    /** The id of a presented cookie that opens nothing. It is nobody's. */
    private static final String NOBODYS = "none";

    private final CloakroomSessionRepository repository;
    private final HttpServletRequest request;
    private final List<String> cookieHeaders;
    private final List<String> sent = new ArrayList<>(1);

    private HttpServletResponse response;
    private @Nullable List<String> requestedIds;
    private @Nullable CloakroomSession requested;
    private @Nullable CloakroomSession current;
    private int forwards;

    /** Whether the present dispatch has handed the request to other threads. */
    private volatile boolean asyncStarted;

    /** The thread of the present dispatch, from the application's return to the filter's. */
    private volatile @Nullable Thread leaving;

    /** A session that this request ended, as long as its cookie is to be deleted. */
    private dev.cloakroom.@Nullable Session ended;

    private Exchange(CloakroomSessionRepository repository, HttpServletRequest request, HttpServletResponse response) {
        this.repository = repository;
        this.request = request;
        this.response = response;
        this.cookieHeaders = Collections.list(request.getHeaders("Cookie"));
    }

    /** Returns the exchange of a request that enters the filter, for the first time or in a further dispatch. */
    static Exchange enter(
            CloakroomSessionRepository repository, HttpServletRequest request, HttpServletResponse response) {
        if (request.getAttribute(ATTRIBUTE) instanceof Exchange exchange) {
            exchange.response = response;
            exchange.asyncStarted = false;
            exchange.sendAgain();
            return exchange;
        }
        Exchange exchange = new Exchange(repository, request, response);
        request.setAttribute(ATTRIBUTE, exchange);
        return exchange;
    }

    /**
     * Returns the exchange of a request inside of the filter.
     *
     * @throws IllegalStateException if the request did not pass the filter
     */
    static Exchange of(ServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof Exchange exchange) {
            return exchange;
        }
        throw new IllegalStateException("the request did not pass CloakroomSessionFilter: register the bean"
                + " springSessionRepositoryFilter as a filter of all requests, before all filters that use sessions");
    }

    private SessionEngine engine() {
        return repository.engine();
    }

    /** Returns the ids that the request presents: one or none. The first call looks up the cookie. */
    List<String> requestedIds() {
        List<String> ids = requestedIds;
        if (ids == null) {
            ids = lookUp();
            requestedIds = ids;
        }
        return ids;
    }

    private List<String> lookUp() {
        Lookup lookup = engine().lookup(cookieHeaders);
        if (lookup instanceof Lookup.Found found) {
            CloakroomSession session = repository.wrap(found.session(), this);
            requested = session;
            current = session;
            return List.of(session.getId());
        }
        return lookup instanceof Lookup.Absent ? List.of() : List.of(NOBODYS);
    }

    @Nullable
    CloakroomSession current() {
        return current;
    }

    Persistence persistence() {
        String parameter = repository.rememberMeParameter();
        String value = parameter == null ? null : request.getParameter(parameter);
        return value != null && YES.contains(value.toLowerCase(Locale.ROOT))
                ? Persistence.PERSISTENT
                : Persistence.BROWSER_SESSION;
    }

    /** Returns a session in place of one that the engine ended. */
    dev.cloakroom.Session reopen(dev.cloakroom.Session over) {
        ended = over;
        return engine().open(cookieHeaders);
    }

    @Override
    public CloakroomSession createSession() {
        dev.cloakroom.Session opened = engine().open(cookieHeaders);
        if (opened.isNew()) {
            opened.keep();
        }
        CloakroomSession session = repository.wrap(opened, this);
        current = session;
        saveIfForwarded();
        return session;
    }

    /**
     * Leaves the request to other threads. One of them dispatches it again, or completes it: both store what was changed.
     */
    void beginAsync() {
        asyncStarted = true;
    }

    /** Notes that the application has returned from a dispatch. */
    void leave() {
        leaving = Thread.currentThread();
    }

    /** Notes that the filter returns from a dispatch. */
    void left() {
        leaving = null;
    }

    /** Stores what was changed before a forward, which may be the last that can set a cookie. */
    void beginForward() {
        saveCurrent();
        forwards++;
    }

    void endForward() {
        forwards--;
    }

    /** Sets a cookie at once if the container accepts none when the request comes back to the filter. */
    void saveIfForwarded() {
        if (forwards > 0) {
            saveCurrent();
        }
    }

    @Override
    public @Nullable CloakroomSession findById(String id) {
        return requestedIds().contains(id) ? requested : null;
    }

    /** Stores what the request changed, and adds the cookies that the browser needs. */
    @Override
    public void save(CloakroomSession session) {
        if (asyncStarted && Thread.currentThread() == leaving) {
            // Spring's filter, at the end of the dispatch. Another thread may have the session by now.
            return;
        }
        session.putChangedInPlace();
        dev.cloakroom.Session own = session.engineSession();
        if (response.isCommitted()) {
            engine().commitWithoutCookies(own);
            return;
        }
        String principal = own.principal();
        if (principal != null
                && own.persistence() != Persistence.PERSISTENT
                && Boolean.TRUE.equals(request.getAttribute(REMEMBER_ME))
                && !own.isEnded()) {
            session.login(principal, Persistence.PERSISTENT);
        }
        List<SetCookie> cookies = engine().commitForCookies(own);
        if (cookies.isEmpty()) {
            deleteCookie();
        } else {
            ended = null;
            send(cookies);
        }
    }

    /** Stores what the request changed, if it has a session. */
    void saveCurrent() {
        CloakroomSession session = current;
        if (session != null) {
            save(session);
        }
    }

    /** Ends the session of the request. Others are not known here. */
    @Override
    public void deleteById(String id) {
        CloakroomSession session = current;
        if (session != null && session.getId().equals(id)) {
            session.engineSession().logout();
            ended = session.engineSession();
            current = null;
            requested = null;
            if (forwards > 0) {
                deleteCookie();
            }
        }
    }

    /** Makes the browser delete the cookie of a session that this request ended. */
    void deleteCookie() {
        dev.cloakroom.Session over = ended;
        if (over != null && !response.isCommitted()) {
            ended = null;
            send(engine().commitForCookies(over));
        }
    }

    private void send(List<SetCookie> cookies) {
        for (SetCookie cookie : cookies) {
            String header = cookie.toHeader();
            sent.add(header);
            response.addHeader("Set-Cookie", header);
        }
    }

    /** Adds the cookies that were added before and that the response has lost. */
    void sendAgain() {
        if (sent.isEmpty() || response.isCommitted()) {
            return;
        }
        Collection<String> present = response.getHeaders("Set-Cookie");
        for (String header : sent) {
            if (!present.contains(header)) {
                response.addHeader("Set-Cookie", header);
            }
        }
    }
}
