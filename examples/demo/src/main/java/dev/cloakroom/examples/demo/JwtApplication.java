package dev.cloakroom.examples.demo;

import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import tools.jackson.databind.JsonNode;

/**
 * The application that the demo compares itself with: its page gets a JWT at the login, keeps it in local storage, and
 * sends it with each request. It has an origin of its own, so that it shares no storage with the demo.
 */
final class JwtApplication implements AutoCloseable {

    private static final int THREADS = 4;
    private static final int MAXIMUM_JSON = 4096;

    /** Such tokens live long, for a page that has nothing else would lose its user with them. */
    private static final Duration LIFETIME = Duration.ofHours(1);

    private final HttpsServer server;
    private final ExecutorService workers = Workers.daemons("jwt-application", THREADS);
    private final TokenIssuer issuer;
    private final ResourceServer resources;

    private JwtApplication(HttpsServer server, TokenIssuer issuer, ResourceServer resources) {
        this.server = server;
        this.issuer = issuer;
        this.resources = resources;
    }

    /** Listens on a free port, and answers from {@link #serve} on. */
    static JwtApplication listen(SelfSigned identity, TokenIssuer issuer, ResourceServer resources) throws IOException {
        return new JwtApplication(Listeners.https(0, identity), issuer, resources);
    }

    /**
     * Starts to answer.
     *
     * @param demo whose page may frame this application's
     */
    void serve(URI demo, Thief thief) throws IOException {
        Router router = new Router();
        Page.addApplicationTo(router, "jwt-session.js", demo.toString());
        router.add("POST", "/login", this::login).add("GET", "/orders", this::orders);
        thief.addTo(router, "jwt");
        server.createContext("/", router);
        server.setExecutor(workers);
        server.start();
    }

    URI uri() {
        return URI.create("https://localhost:" + server.getAddress().getPort());
    }

    private Response login(Request request) throws HttpError, IOException {
        JsonNode body = Json.readObject(request.text(MAXIMUM_JSON));
        String user = body.path("username").stringValue("");
        if (user.isEmpty() || !body.path("password").stringValue("").equals(Api.PASSWORD)) {
            throw new HttpError(401, "wrong password");
        }
        return Response.json(
                200, Map.of("access_token", issuer.issue(user, LIFETIME).jwt()));
    }

    private Response orders(Request request) throws HttpError {
        String user = resources.userOf(request.header("Authorization"));
        if (user == null) {
            throw new HttpError(401, "invalid token");
        }
        return Response.json(200, Map.of("orders", resources.ordersOf(user)));
    }

    @Override
    public void close() {
        server.stop(0);
        workers.shutdownNow();
    }
}
