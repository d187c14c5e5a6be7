package dev.cloakroom.examples.demo;

import com.sun.net.httpserver.HttpServer;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.key.KeyRing;
import java.io.IOException;
import java.net.URI;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;

/** One of the nodes that a demo starts: an engine and the API, for the demo in front of it. It has no page and no TLS. */
final class NodeServer implements AutoCloseable {

    /** The environment variable that has the secret of the token endpoint. */
    static final String SECRET = "CLOAKROOM_DEMO_SECRET";

    private static final int THREADS = 32;

    private final HttpServer server;
    private final ExecutorService workers = Workers.daemons("node", THREADS);
    private final SessionEngine engine;

    /**
     * What the nodes share.
     *
     * @param tokens where they get tokens
     * @param orders where they get orders
     */
    record Surroundings(URI tokens, URI orders) {}

    private NodeServer(HttpServer server, SessionEngine engine) {
        this.server = server;
        this.engine = engine;
    }

    static NodeServer start(Options options, Surroundings surroundings, String secret, KeyRing keys)
            throws IOException {
        InstantSource clock = InstantSource.system();
        SessionEngine engine = Api.engine(options, keys);
        NodeServer node = new NodeServer(Listeners.http(options.port()), engine);
        Tokens tokens = TokenEndpoint.at(surroundings.tokens(), secret);
        Router router = new Router();
        new Api(engine, new Orders(surroundings.orders(), tokens, clock)).addTo(router);
        node.server.createContext("/", router);
        node.server.setExecutor(node.workers);
        node.server.start();
        return node;
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @Override
    public void close() {
        server.stop(0);
        workers.shutdownNow();
        engine.close();
    }
}
