package dev.cloakroom.jmh.peer;

import dev.cloakroom.jmh.Workload;
import jakarta.servlet.http.HttpSession;
import org.apache.catalina.Session;

/**
 * Tomcat's {@code StandardManager}: a map of sessions in memory, whose access times are written when a request first
 * asks for the session and again at its end. The cookies are parsed by {@code Rfc6265CookieProcessor} and go through
 * Tomcat's own request. It checks no signature; nothing is copied or locked.
 */
final class TomcatPeer implements Peer {

    private final TomcatContext tomcat = new TomcatContext();
    private final ThreadLocal<TomcatRequest> requests = ThreadLocal.withInitial(tomcat::newRequest);
    private final CookieCheck check;

    TomcatPeer(CookieCheck check) {
        this.check = check;
    }

    @Override
    public String create(Workload.Content content) {
        Session session = tomcat.manager().createSession(null);
        SessionContent.put(content, session.getSession()::setAttribute);
        return "JSESSIONID=" + check.issue(session.getId());
    }

    @Override
    public long next(String cookieHeader) {
        TomcatRequest request = requests.get();
        request.begin(cookieHeader);
        try {
            tomcat.findSessionId(request);
            String value = request.getRequestedSessionId();
            String id = value == null ? null : check.idOf(value);
            if (id == null) {
                return NO_SESSION;
            }
            request.setRequestedSessionId(id);
            HttpSession session = request.getSession(false);
            return session == null ? NO_SESSION : SessionContent.next(session.getAttribute(SessionContent.NEXT));
        } finally {
            request.end();
        }
    }

    @Override
    public void close() {
        tomcat.close();
    }
}
