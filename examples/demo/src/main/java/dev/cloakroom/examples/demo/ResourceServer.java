package dev.cloakroom.examples.demo;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.text.ParseException;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Stands in for a service behind the application that wants a bearer token with every request: signed by the issuer,
 * meant for this service, not expired. It has only the issuer's public key, and listens on the loopback interface.
 */
final class ResourceServer implements AutoCloseable {

    private static final int THREADS = 8;
    private static final int MAXIMUM_ORDERS = 4;
    private static final int MAXIMUM_AGE_DAYS = 60;
    private static final List<String> ITEMS = List.of(
            "Loden coat, hook 17",
            "Umbrella, rack B",
            "Top hat, shelf 3",
            "Opera gloves, drawer 9",
            "Silk scarf, hook 42",
            "Violin case, floor",
            "Walking stick, rack A",
            "Fox stole, hook 8");

    private final HttpServer server;
    private final ExecutorService workers;
    private final ECKey issuer;
    private final InstantSource clock;

    /** An order as the service tells it. */
    record Order(String id, String item, LocalDate placedOn, String status) {}

    private ResourceServer(HttpServer server, ECKey issuer, InstantSource clock) {
        this.server = server;
        this.issuer = issuer;
        this.clock = clock;
        this.workers = Workers.daemons("resource-server", THREADS);
    }

    /** Starts one on a free port that believes tokens of an issuer. */
    static ResourceServer start(ECKey issuer, InstantSource clock) throws IOException {
        HttpServer http = Listeners.http(0);
        ResourceServer resources = new ResourceServer(http, issuer, clock);
        http.createContext("/orders", resources::answer);
        http.setExecutor(resources.workers);
        http.start();
        return resources;
    }

    /** Returns where the orders are. */
    URI orders() {
        InetSocketAddress address = server.getAddress();
        return URI.create("http://" + address.getAddress().getHostAddress() + ":" + address.getPort() + "/orders");
    }

    @Override
    public void close() {
        server.stop(0);
        workers.shutdownNow();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String user = userOf(exchange.getRequestHeaders().getFirst("Authorization"));
            byte[] body =
                    Json.write(user == null ? Map.of("error", "invalid token") : Map.of("orders", ordersOf(user)));
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            if (user == null) {
                exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer error=\"invalid_token\"");
            }
            exchange.sendResponseHeaders(user == null ? 401 : 200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    /** Returns whom a good token speaks for, or null if it is not good. */
    @Nullable
    String userOf(@Nullable String authorization) {
        if (authorization == null || !authorization.startsWith("Bearer ")) {
            return null;
        }
        try {
            SignedJWT token = SignedJWT.parse(authorization.substring("Bearer ".length()));
            JWTClaimsSet claims = token.getJWTClaimsSet();
            Date expires = claims.getExpirationTime();
            boolean good = token.verify(new ECDSAVerifier(issuer))
                    && TokenIssuer.ISSUER.equals(claims.getIssuer())
                    && claims.getAudience().contains(TokenIssuer.AUDIENCE)
                    && expires != null
                    && clock.instant().isBefore(expires.toInstant());
            return good ? claims.getSubject() : null;
        } catch (ParseException | JOSEException e) {
            return null;
        }
    }

    /** Makes up the same orders for the same user every time. */
    List<Order> ordersOf(String user) {
        Random random = new Random(user.hashCode());
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        int first = random.nextInt(ITEMS.size());
        return IntStream.rangeClosed(0, 1 + random.nextInt(MAXIMUM_ORDERS - 1))
                .mapToObj(i -> new Order(
                        "C-" + (1000 + random.nextInt(9000)),
                        ITEMS.get((first + i) % ITEMS.size()),
                        today.minusDays(random.nextInt(MAXIMUM_AGE_DAYS)),
                        random.nextBoolean() ? "kept" : "collected"))
                .toList();
    }
}
