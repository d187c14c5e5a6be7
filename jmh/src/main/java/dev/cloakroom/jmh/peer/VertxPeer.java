package dev.cloakroom.jmh.peer;

import dev.cloakroom.jmh.Workload;
import io.vertx.core.Vertx;
import io.vertx.core.http.impl.CookieJar;
import io.vertx.core.http.impl.ServerCookie;
import io.vertx.ext.web.Session;
import io.vertx.ext.web.handler.SessionHandler;
import io.vertx.ext.web.sstore.LocalSessionStore;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Vert.x's {@code LocalSessionStore}, a map of one process, with the cookies in the jar that Vert.x puts them in (parsed
 * by Netty's {@code ServerCookieDecoder}). As its handler does, a request looks for a user in the session, and at its end
 * writes the time of the access and puts the session back, which looks it up once more to compare versions. It checks no
 * signature, copies nothing, and locks nothing. The routing around it is left out.
 */
final class VertxPeer implements Peer {

    private static final String USER_HOLDER = "__vertx.userHolder";

    private final Vertx vertx = Vertx.vertx();
    private final LocalSessionStore store = LocalSessionStore.create(vertx);
    private final CookieCheck check;

    VertxPeer(CookieCheck check) {
        this.check = check;
    }

    @Override
    public String create(Workload.Content content) {
        Session session =
                store.createSession(Duration.ofHours(24).toMillis(), SessionHandler.DEFAULT_SESSIONID_MIN_LENGTH);
        SessionContent.put(content, session::put);
        store.put(session).await();
        return SessionHandler.DEFAULT_SESSION_COOKIE_NAME + '=' + check.issue(session.value());
    }

    @Override
    public long next(String cookieHeader) {
        ServerCookie cookie = new CookieJar(cookieHeader).get(SessionHandler.DEFAULT_SESSION_COOKIE_NAME);
        String id = cookie == null ? null : check.idOf(cookie.getValue());
        if (id == null || id.length() <= SessionHandler.DEFAULT_SESSIONID_MIN_LENGTH) {
            return NO_SESSION;
        }
        // The store answers at once; the handler goes on in callbacks, which then run on the same thread.
        @Nullable Session session = store.get(id).result();
        if (session == null) {
            return NO_SESSION;
        }
        if (session.get(USER_HOLDER) != null) {
            throw new IllegalStateException("nobody has logged in");
        }
        long next = SessionContent.next(session.get(SessionContent.NEXT));
        session.setAccessed();
        if (!store.put(session).succeeded()) {
            throw new IllegalStateException("the session was not stored");
        }
        return next;
    }

    @Override
    public void close() {
        store.close();
        vertx.close().await();
    }
}
