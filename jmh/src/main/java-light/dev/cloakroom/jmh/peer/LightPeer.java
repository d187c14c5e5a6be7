package dev.cloakroom.jmh.peer;

import com.networknt.session.MapSessionManager;
import com.networknt.session.MapSessionRepository;
import com.networknt.session.Session;
import dev.cloakroom.jmh.Workload;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.session.SecureRandomSessionIdGenerator;
import io.undertow.server.session.SessionCookieConfig;
import java.time.Duration;

/**
 * light-session-4j's sessions of one process: a Caffeine cache behind its {@code MapSessionManager}, on Undertow's
 * exchange and cookies. It checks no signature, notes no access, copies nothing, and does nothing at the end of a
 * request; ten hours after a session was last put, it is gone.
 */
final class LightPeer implements Peer {

    private final UndertowServer undertow = new UndertowServer();
    private final MapSessionManager manager;
    private final CookieCheck check;

    LightPeer(CookieCheck check) {
        this.check = check;
        MapSessionRepository repository = new MapSessionRepository(new SecureRandomSessionIdGenerator());
        repository.setDefaultMaxInactiveInterval((int) Duration.ofHours(24).toSeconds());
        manager = new MapSessionManager(UndertowServer.sessionConfig(check), repository);
    }

    @Override
    public String create(Workload.Content content) {
        Session session = manager.createSession(undertow.exchange(null));
        SessionContent.put(content, session::setAttribute);
        return SessionCookieConfig.DEFAULT_SESSION_ID + '=' + check.issue(session.getId());
    }

    @Override
    public long next(String cookieHeader) {
        HttpServerExchange exchange = undertow.exchange(cookieHeader);
        Session session = manager.getSession(exchange);
        return session == null ? NO_SESSION : SessionContent.next(session.getAttribute(SessionContent.NEXT));
    }

    @Override
    public void close() {
        undertow.close();
    }
}
