package dev.cloakroom.jmh.peer;

import org.apache.catalina.LifecycleException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.connector.CoyoteAdapter;
import org.apache.catalina.connector.Request;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.core.StandardEngine;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.core.StandardService;
import org.apache.catalina.session.StandardManager;
import org.apache.tomcat.util.http.Rfc6265CookieProcessor;

/**
 * As much of Tomcat as a request needs that came in and was mapped: a context with its session manager and its cookie
 * processor, and a connector that is not listening.
 */
final class TomcatContext implements AutoCloseable {

    private static final int SESSION_TIMEOUT_MINUTES = 24 * 60;

    private final StandardContext context = new StandardContext();
    private final StandardManager manager = new StandardManager();
    private final Connector connector = new Connector();
    private final Adapter adapter = new Adapter(connector);

    TomcatContext() {
        StandardService service = new StandardService();
        StandardEngine engine = new StandardEngine();
        engine.setService(service);
        engine.setName("tomcat");
        StandardHost host = new StandardHost();
        host.setName("localhost");
        engine.addChild(host);
        context.setName("");
        context.setPath("");
        context.setSessionTimeout(SESSION_TIMEOUT_MINUTES);
        host.addChild(context);
        // What starting the context would do.
        context.setCookieProcessor(new Rfc6265CookieProcessor());
        context.setManager(manager);
        // No file: sessions would be written to it at the end.
        manager.setPathname(null);
        try {
            manager.start();
        } catch (LifecycleException e) {
            throw new IllegalStateException(e);
        }
    }

    StandardManager manager() {
        return manager;
    }

    /** Returns a request for one thread. Tomcat has one per connection and uses it again and again. */
    TomcatRequest newRequest() {
        return new TomcatRequest(connector, context);
    }

    /** Has a request's session cookie found by the code that Tomcat finds it with. */
    void findSessionId(TomcatRequest request) {
        adapter.parseSessionCookiesId(request);
    }

    @Override
    public void close() {
        try {
            manager.stop();
        } catch (LifecycleException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Adapter extends CoyoteAdapter {

        Adapter(Connector connector) {
            super(connector);
        }

        /** Overridden to be called from here. */
        @Override
        protected void parseSessionCookiesId(Request request) {
            super.parseSessionCookiesId(request);
        }
    }
}
