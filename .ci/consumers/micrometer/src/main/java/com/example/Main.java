package com.example;

import com.sun.net.httpserver.HttpServer;
import dev.cloakroom.EngineHealth;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.micrometer.CloakroomMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** A server whose engine is measured and checked. */
public final class Main {

    private Main() {}

    public static void main(String[] args) throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        try (SessionEngine engine = SessionEngine.builder().keys(KeyRing.random()).build()) {
            new CloakroomMetrics(engine).bindTo(registry);
            server.createContext("/", exchange -> {
                Session session = engine.open(exchange.getRequestHeaders().get("Cookie"));
                session.login("ada");
                engine.commit(session).forEach(cookie -> exchange.getResponseHeaders().add("Set-Cookie", cookie));
                exchange.sendResponseHeaders(204, -1);
                exchange.close();
            });
            server.start();
            URI uri = URI.create("http://localhost:" + server.getAddress().getPort() + "/");
            HttpResponse<Void> response = HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding());
            double logins = registry.get("cloakroom.logins").functionCounter().count();
            EngineHealth health = engine.health();
            if (response.statusCode() != 204 || logins != 1 || !health.isHealthy()) {
                throw new IllegalStateException(
                        "status " + response.statusCode() + ", " + logins + " logins, " + health.problems());
            }
        } finally {
            server.stop(0);
        }
        System.out.println("micrometer with a JDK server: ok");
    }
}
