package dev.cloakroom.jmh.peer;

import dev.cloakroom.jmh.Workload;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.session.InMemorySessionManager;
import io.undertow.server.session.Session;
import io.undertow.server.session.SessionConfig;
import io.undertow.server.session.SessionCookieConfig;
import java.time.Duration;

/**
 * Undertow's {@code InMemorySessionManager}, and the cookies as Undertow's exchange parses them. The session is looked up
 * when it is asked for and, as Undertow's session handler does, again at the end of the request; its access time is
 * written and its timeout moved, under its lock. It checks no signature and copies nothing.
 */
final class UndertowPeer implements Peer {

    private final UndertowServer undertow = new UndertowServer();
    private final InMemorySessionManager manager = new InMemorySessionManager("peer");
    private final SessionConfig config;
    private final CookieCheck check;

    UndertowPeer(CookieCheck check) {
        this.check = check;
        config = UndertowServer.sessionConfig(check);
        manager.setDefaultSessionTimeout((int) Duration.ofHours(24).toSeconds());
        manager.start();
    }

    @Override
    public String create(Workload.Content content) {
        Session session = manager.createSession(undertow.exchange(null), config);
        SessionContent.put(content, session::setAttribute);
        return SessionCookieConfig.DEFAULT_SESSION_ID + '=' + check.issue(session.getId());
    }

    @Override
    public long next(String cookieHeader) {
        HttpServerExchange exchange = undertow.exchange(cookieHeader);
        Session session = manager.getSession(exchange, config);
        if (session == null) {
            return NO_SESSION;
        }
        long next = SessionContent.next(session.getAttribute(SessionContent.NEXT));
        Session atEnd = manager.getSession(exchange, config);
        if (atEnd != null) {
            atEnd.requestDone(exchange);
        }
        return next;
    }

    @Override
    public void close() {
        undertow.close();
    }
}
