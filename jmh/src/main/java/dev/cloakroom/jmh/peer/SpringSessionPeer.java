package dev.cloakroom.jmh.peer;

import dev.cloakroom.jmh.Workload;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.springframework.session.MapSession;
import org.springframework.session.MapSessionRepository;
import org.springframework.session.Session;
import org.springframework.session.web.http.CookieHttpSessionIdResolver;
import org.springframework.session.web.http.HttpSessionIdResolver;
import org.springframework.session.web.http.SessionRepositoryFilter;

/**
 * Spring Session: its {@code SessionRepositoryFilter} over a {@code MapSessionRepository}, with the cookie read by
 * {@code DefaultCookieSerializer} from a request of Tomcat's. It copies the session when it is found and, since the
 * filter saves every session that was asked for, once more at the end of the request. It checks no signature and locks
 * nothing: of two requests that change a session, the later one wins.
 */
final class SpringSessionPeer implements Peer {

    private final TomcatContext tomcat = new TomcatContext();
    private final MapSessionRepository repository;
    private final Runnable onClose;
    private final CookieCheck check;
    private final SessionRepositoryFilter<MapSession> filter;
    private final ThreadLocal<Exchange> exchanges = ThreadLocal.withInitial(Exchange::new);

    /** @param sessions a {@code ConcurrentHashMap}, or a map that is shared by a cluster */
    SpringSessionPeer(Map<String, Session> sessions, Runnable onClose, CookieCheck check) {
        this.onClose = onClose;
        this.check = check;
        repository = new MapSessionRepository(sessions);
        repository.setDefaultMaxInactiveInterval(Duration.ofHours(24));
        filter = new SessionRepositoryFilter<>(repository);
        if (check.signs()) {
            filter.setHttpSessionIdResolver(new CheckedIdResolver(check));
        }
    }

    @Override
    public String create(Workload.Content content) {
        MapSession session = repository.createSession();
        SessionContent.put(content, session::setAttribute);
        repository.save(session);
        byte[] value = check.issue(session.getId()).getBytes(StandardCharsets.ISO_8859_1);
        return "SESSION=" + Base64.getEncoder().encodeToString(value);
    }

    @Override
    public long next(String cookieHeader) {
        return exchanges.get().next(cookieHeader);
    }

    @Override
    public void close() {
        tomcat.close();
        onClose.run();
    }

    /** One thread's request, and the servlet behind the filter. */
    private final class Exchange implements FilterChain {

        private final TomcatRequest request = tomcat.newRequest();
        private long next;

        long next(String cookieHeader) {
            request.begin(cookieHeader);
            try {
                filter.doFilter(request, request.getResponse(), this);
                return next;
            } catch (IOException | ServletException e) {
                throw new IllegalStateException(e);
            } finally {
                request.end();
            }
        }

        @Override
        public void doFilter(ServletRequest wrapped, ServletResponse response) {
            HttpSession session = ((HttpServletRequest) wrapped).getSession(false);
            next = session == null ? NO_SESSION : SessionContent.next(session.getAttribute(SessionContent.NEXT));
        }
    }

    /** The place where an application could add a check of the cookie: between its value and the repository. */
    private static final class CheckedIdResolver implements HttpSessionIdResolver {

        private final CookieHttpSessionIdResolver cookies = new CookieHttpSessionIdResolver();
        private final CookieCheck check;

        CheckedIdResolver(CookieCheck check) {
            this.check = check;
        }

        @Override
        public List<String> resolveSessionIds(HttpServletRequest request) {
            List<String> values = cookies.resolveSessionIds(request);
            List<String> ids = new ArrayList<>(values.size());
            for (String value : values) {
                String id = check.idOf(value);
                if (id != null) {
                    ids.add(id);
                }
            }
            return ids;
        }

        @Override
        public void setSessionId(HttpServletRequest request, HttpServletResponse response, String sessionId) {
            cookies.setSessionId(request, response, check.issue(sessionId));
        }

        @Override
        public void expireSession(HttpServletRequest request, HttpServletResponse response) {
            cookies.expireSession(request, response);
        }
    }
}
