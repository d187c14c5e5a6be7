package dev.cloakroom.jmh.peer;

import dev.cloakroom.jmh.Workload;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.Serializable;
import java.time.Duration;
import org.apache.shiro.session.InvalidSessionException;
import org.apache.shiro.session.Session;
import org.apache.shiro.session.mgt.DefaultSessionContext;
import org.apache.shiro.session.mgt.eis.MemorySessionDAO;
import org.apache.shiro.web.session.mgt.DefaultWebSessionManager;
import org.apache.shiro.web.session.mgt.WebSessionKey;
import org.jspecify.annotations.Nullable;

/**
 * Apache Shiro's native sessions: a {@code DefaultWebSessionManager} over its {@code MemorySessionDAO}, which is a map.
 * What it returns is a delegate that looks the session up and validates it again for each call: once to get it, once for
 * the touch that Shiro's filter gives it, once for the attribute. It checks no signature. The subject and its realms,
 * which Shiro's filter sets up around this, are left out.
 */
final class ShiroPeer implements Peer {

    private final TomcatContext tomcat = new TomcatContext();
    private final ThreadLocal<TomcatRequest> requests = ThreadLocal.withInitial(tomcat::newRequest);
    private final DefaultWebSessionManager manager;
    private final CookieCheck check;

    ShiroPeer(CookieCheck check) {
        this.check = check;
        manager = new CheckedSessionManager(check);
        manager.setSessionDAO(new MemorySessionDAO());
        manager.setGlobalSessionTimeout(Duration.ofHours(24).toMillis());
    }

    @Override
    public String create(Workload.Content content) {
        Session session = manager.start(new DefaultSessionContext());
        SessionContent.put(content, session::setAttribute);
        return manager.getSessionIdCookie().getName()
                + '='
                + check.issue(session.getId().toString());
    }

    @Override
    public long next(String cookieHeader) {
        TomcatRequest request = requests.get();
        request.begin(cookieHeader);
        try {
            Session session = manager.getSession(new WebSessionKey(request, request.getResponse()));
            if (session == null) {
                return NO_SESSION;
            }
            session.touch();
            return SessionContent.next(session.getAttribute(SessionContent.NEXT));
        } catch (InvalidSessionException e) {
            return NO_SESSION;
        } finally {
            request.end();
        }
    }

    @Override
    public void close() {
        manager.destroy();
        tomcat.close();
    }

    private static final class CheckedSessionManager extends DefaultWebSessionManager {

        private final CookieCheck check;

        CheckedSessionManager(CookieCheck check) {
            this.check = check;
        }

        @Override
        protected @Nullable Serializable getSessionId(ServletRequest request, ServletResponse response) {
            Serializable value = super.getSessionId(request, response);
            return value == null ? null : check.idOf(value.toString());
        }
    }
}
