package dev.cloakroom.examples.demo;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.key.KeyRing;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;

/**
 * The demo, running: an engine, the server of the page and its API on HTTPS, and the resource server behind it. It
 * listens on the loopback interface only, for its certificate is worth nothing elsewhere.
 */
final class DemoServer implements AutoCloseable {

    private static final int THREADS = 32;
    private static final String REQUEST_SECONDS = "30";

    static {
        // The JDK's server reads these once. Without the first, every answer waits for the client's delayed
        // acknowledgement; without the second, a client that stops in mid-request holds a thread for good.
        setIfAbsent("sun.net.httpserver.nodelay", "true");
        setIfAbsent("sun.net.httpserver.maxReqTime", REQUEST_SECONDS);
    }

    private final HttpsServer server;
    private final ExecutorService workers;
    private final SessionEngine engine;
    private final TokenIssuer issuer;
    private final ResourceServer resources;
    private final X509Certificate certificate;

    private DemoServer(
            HttpsServer server,
            SessionEngine engine,
            TokenIssuer issuer,
            ResourceServer resources,
            X509Certificate certificate) {
        this.server = server;
        this.workers = Workers.daemons("demo", THREADS);
        this.engine = engine;
        this.issuer = issuer;
        this.resources = resources;
        this.certificate = certificate;
    }

    /**
     * Starts the demo.
     *
     * @param keys what signs the cookies
     * @param clock what the tokens' times go by
     * @throws IOException if the port is taken
     * @throws IllegalArgumentException if the options contradict each other
     */
    static DemoServer start(Options options, KeyRing keys, InstantSource clock) throws IOException {
        HttpsServer https =
                HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), options.port()), 0);
        try {
            SelfSigned identity = SelfSigned.create();
            https.setHttpsConfigurator(new HttpsConfigurator(JsonRefusals.in(identity.context())));
            SessionEngine engine = engine(options, keys);
            TokenIssuer issuer = new TokenIssuer(clock);
            ResourceServer resources = ResourceServer.start(issuer.publicKey(), clock);
            DemoServer demo = new DemoServer(https, engine, issuer, resources, identity.certificate());
            demo.serve(clock);
            return demo;
        } catch (IOException | RuntimeException e) {
            https.stop(0);
            throw e;
        }
    }

    private static SessionEngine engine(Options options, KeyRing keys) {
        return options.timeouts()
                .applyTo(SessionEngine.builder())
                .keys(keys)
                .store(options.store().open())
                .maxAttributeSize(Api.MAXIMUM_ATTRIBUTE)
                .build();
    }

    private void serve(InstantSource clock) throws IOException {
        Router router = new Router();
        Page.addTo(router);
        new Api(engine, new Orders(resources.orders(), issuer, clock)).addTo(router);
        server.createContext("/", router);
        server.setExecutor(workers);
        server.start();
    }

    /** Returns where the page is. */
    URI uri() {
        return URI.create("https://localhost:" + server.getAddress().getPort());
    }

    /** Returns what a client has to trust. */
    X509Certificate certificate() {
        return certificate;
    }

    SessionEngine engine() {
        return engine;
    }

    TokenIssuer issuer() {
        return issuer;
    }

    @Override
    public void close() {
        server.stop(0);
        workers.shutdownNow();
        resources.close();
        engine.close();
    }

    private static void setIfAbsent(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}
