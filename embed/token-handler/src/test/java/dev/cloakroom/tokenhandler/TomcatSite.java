package dev.cloakroom.tokenhandler;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.testkit.ManualClock;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Wrapper;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.websocket.server.WsSci;

/** An application in Tomcat, and beside it an upstream with WebSockets. */
final class TomcatSite implements AutoCloseable {

    final ManualClock clock = new ManualClock(Instant.now());
    final String origin;
    final SessionEngine engine;
    final TokenHandler handler;

    private final Tomcat tomcat = new Tomcat();

    /** @param upstream what answers requests for {@code /ws/} */
    TomcatSite(
            AuthorizationServer provider,
            Api api,
            WebSocketApi upstream,
            Path directory,
            UnaryOperator<TokenHandler.Builder> settings)
            throws LifecycleException {
        tomcat.setBaseDir(directory.toString());
        tomcat.setHostname("localhost");
        tomcat.setPort(0);
        tomcat.getConnector();
        Context application = context("");
        Context beside = context("/upstream");
        Tomcat.addServlet(beside, "upstream", upstream).addMapping("/*");
        tomcat.start();
        origin = "http://localhost:" + tomcat.getConnector().getLocalPort();
        KeyRing keys = KeyRing.random();
        engine = SessionEngine.builder().keys(keys).clock(clock).build();
        handler = settings.apply(TokenHandler.builder(engine)
                        .keys(keys)
                        .origin(origin)
                        .issuer(provider.issuer)
                        .client(ClientCredentials.secretBasic(
                                AuthorizationServer.CLIENT_ID, AuthorizationServer.SECRET))
                        .upstream("/api/", api.base())
                        .upstream("/ws/", URI.create(origin + "/upstream/"))
                        .clock(clock))
                .build();
        Wrapper servlet = Tomcat.addServlet(application, "token", new TokenServlet(handler));
        for (String pattern : List.of("/bff/*", "/api/*", "/ws/*")) {
            servlet.addMapping(pattern);
        }
    }

    private Context context(String path) {
        Context context = tomcat.addContext(path, null);
        context.addServletContainerInitializer(new WsSci(), Set.of());
        return context;
    }

    @Override
    public void close() throws LifecycleException {
        tomcat.stop();
        tomcat.destroy();
        engine.close();
    }
}
