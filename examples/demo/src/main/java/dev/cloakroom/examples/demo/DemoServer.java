package dev.cloakroom.examples.demo;

import com.sun.net.httpserver.HttpsServer;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.key.KeyRing;
import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * The demo, running: the server of the page and its API on HTTPS, the resource server behind it, and the application that
 * it is compared with. It listens on the loopback interface only, for its certificate is worth nothing elsewhere.
 */
final class DemoServer implements AutoCloseable {

    private static final int THREADS = 64;
    private static final int SECRET_LENGTH = 32;

    private final HttpsServer server;
    private final X509Certificate certificate;
    private final TokenIssuer issuer;

    /** What to close, the last first. */
    private final Deque<AutoCloseable> parts;

    private @Nullable SessionEngine engine;

    private DemoServer(
            HttpsServer server, X509Certificate certificate, TokenIssuer issuer, Deque<AutoCloseable> parts) {
        this.server = server;
        this.certificate = certificate;
        this.issuer = issuer;
        this.parts = parts;
    }

    /**
     * Starts the demo.
     *
     * @param keys what signs the cookies, if the options name no key file
     * @param clock what the tokens' times go by
     * @throws IOException if the port is taken, or a node cannot be started
     * @throws IllegalArgumentException if the options contradict each other
     */
    static DemoServer start(Options options, KeyRing keys, InstantSource clock) throws IOException {
        SelfSigned identity = SelfSigned.create();
        HttpsServer https = Listeners.https(options.port(), identity);
        Deque<AutoCloseable> parts = new ArrayDeque<>();
        DemoServer demo = new DemoServer(https, identity.certificate(), new TokenIssuer(clock), parts);
        try {
            demo.serve(options, keys, clock, identity);
            return demo;
        } catch (IOException | RuntimeException e) {
            demo.close();
            throw e;
        }
    }

    private void serve(Options options, KeyRing keys, InstantSource clock, SelfSigned identity) throws IOException {
        ResourceServer resources = ResourceServer.start(issuer.publicKey(), clock);
        parts.push(resources);
        JwtApplication other = JwtApplication.listen(identity, issuer, resources);
        parts.push(other);
        Router router = new Router();
        Caller caller = new Caller(identity, uri());
        Lab lab = options.store() instanceof StoreOption.Infinispan store && store.isOfOwnNodes()
                ? withNodes(options, resources, router, caller, other)
                : withEngine(options, keys, clock, resources, router, caller, other);
        Thief thief = new Thief(resources.orders(), caller);
        thief.addTo(router, "cloakroom");
        thief.addViewTo(router);
        Page.addTo(router, other.uri().toString());
        Code.addTo(router);
        lab.addTo(router);
        server.createContext("/", router);
        ExecutorService workers = Workers.daemons("demo", THREADS);
        parts.push(workers::shutdownNow);
        server.setExecutor(workers);
        other.serve(uri(), thief);
        server.start();
    }

    private Lab withEngine(
            Options options,
            KeyRing keys,
            InstantSource clock,
            ResourceServer resources,
            Router router,
            Caller caller,
            JwtApplication other) {
        SessionEngine built = Api.engine(options, keys);
        engine = built;
        OneProcess backend = new OneProcess(built, new Orders(resources.orders(), issuer, clock));
        parts.push(backend);
        backend.addTo(router);
        return new Lab(caller, backend, new CookieKeys(keys, options.keys()), issuer, other.uri());
    }

    private Lab withNodes(Options options, ResourceServer resources, Router router, Caller caller, JwtApplication other)
            throws IOException {
        byte[] random = new byte[SECRET_LENGTH];
        new SecureRandom().nextBytes(random);
        String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        TokenEndpoint tokens = TokenEndpoint.start(issuer, secret);
        parts.push(tokens);
        RunFiles files = RunFiles.create(options.keys());
        parts.push(files);
        Nodes nodes =
                Nodes.start(options, files, new NodeServer.Surroundings(tokens.uri(), resources.orders()), secret);
        parts.push(nodes);
        nodes.addTo(router);
        CookieKeys keys = new CookieKeys(KeyRing.fromFile(files.keys()), files.keys());
        return new Lab(caller, nodes, keys, issuer, other.uri());
    }

    /** Returns where the page is. */
    URI uri() {
        return URI.create("https://localhost:" + server.getAddress().getPort());
    }

    /** Returns what a client has to trust. */
    X509Certificate certificate() {
        return certificate;
    }

    /** Returns the engine, or null if nodes of their own have engines. */
    @Nullable
    SessionEngine engine() {
        return engine;
    }

    TokenIssuer issuer() {
        return issuer;
    }

    @Override
    public void close() {
        server.stop(0);
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                System.getLogger(DemoServer.class.getName())
                        .log(System.Logger.Level.WARNING, "a part of the demo cannot be closed", e);
            }
        }
    }
}
