package dev.cloakroom.jmh.peer;

import dev.cloakroom.jmh.Workload;
import java.time.Duration;
import java.util.List;
import org.eclipse.jetty.http.ComplianceViolation;
import org.eclipse.jetty.http.HttpCookie;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.CookieCache;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.session.DefaultSessionCache;
import org.eclipse.jetty.session.DefaultSessionIdManager;
import org.eclipse.jetty.session.ManagedSession;
import org.eclipse.jetty.session.NullSessionDataStore;
import org.eclipse.jetty.session.SessionCache;
import org.eclipse.jetty.session.SessionHandler;

/**
 * Jetty's session cache without a store behind it, and Jetty's own cookie parser. Access and end of access lock the
 * session, count its requests, and set its inactivity timer anew; the time of the access is written. It checks no
 * signature and copies nothing. A started server without connectors stands behind it, for its timers.
 */
final class JettyPeer implements Peer {

    private final Server server = new Server();
    private final SessionHandler handler = new SessionHandler();
    private final DefaultSessionIdManager ids = new DefaultSessionIdManager(server);
    private final ThreadLocal<Connection> connections = ThreadLocal.withInitial(Connection::new);
    private final CookieCheck check;

    JettyPeer(CookieCheck check) {
        this.check = check;
        SessionCache cache = new DefaultSessionCache(handler);
        cache.setSessionDataStore(new NullSessionDataStore());
        handler.setSessionCache(cache);
        handler.setMaxInactiveInterval((int) Duration.ofHours(24).toSeconds());
        server.addBean(ids, true);
        handler.setSessionIdManager(ids);
        server.setHandler(handler);
        try {
            server.start();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Does what the handler does for a new session, for which it would want a request. */
    @Override
    public String create(Workload.Content content) {
        long now = System.currentTimeMillis();
        String id = ids.newSessionId(now);
        ManagedSession session =
                handler.getSessionCache().newSession(id, now, handler.getMaxInactiveInterval() * 1000L);
        session.setExtendedId(ids.getExtendedId(id, null));
        session.getSessionData().setLastNode(ids.getWorkerName());
        try {
            handler.getSessionCache().add(id, session);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        HttpCookie cookie = handler.getSessionCookie(session, true);
        SessionContent.put(content, session::setAttribute);
        handler.commit(session);
        handler.complete(session);
        return cookie.getName() + '=' + check.issue(cookie.getValue());
    }

    @Override
    public long next(String cookieHeader) {
        for (HttpCookie cookie : connections.get().cookies(cookieHeader)) {
            if (handler.getSessionCookie().equalsIgnoreCase(cookie.getName())) {
                String id = check.idOf(cookie.getValue());
                ManagedSession session = id == null ? null : handler.getManagedSession(id);
                return session == null || !session.isValid() ? NO_SESSION : read(session);
            }
        }
        return NO_SESSION;
    }

    private long read(ManagedSession session) {
        HttpCookie renewed = handler.access(session, true);
        if (renewed != null) {
            throw new IllegalStateException("a request that only reads must set no cookie");
        }
        long next = SessionContent.next(session.getAttribute(SessionContent.NEXT));
        handler.commit(session);
        handler.complete(session);
        return next;
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** What Jetty keeps for a connection: its parsed cookies, in case the next request brings the same. */
    private static final class Connection {

        private final CookieCache cookies = new CookieCache();
        private final HttpFields.Mutable fields = HttpFields.build();

        List<HttpCookie> cookies(String header) {
            fields.clear().add(HttpHeader.COOKIE, header);
            cookies.parseCookies(fields, ComplianceViolation.Listener.NOOP);
            return cookies;
        }
    }
}
