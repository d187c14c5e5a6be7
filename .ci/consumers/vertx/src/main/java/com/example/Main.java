package com.example;

import dev.cloakroom.Attribute;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.vertx.CloakroomHandler;
import dev.cloakroom.vertx.CloakroomSessionStore;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.TimeUnit;

/** A program of somebody who has one dependency on Cloakroom. */
public final class Main {

    private Main() {}

    public static void main(String[] args) throws Exception {
        Attribute<Long> visits = Attribute.ofLong("visits");
        SessionEngine engine = SessionEngine.builder().keys(KeyRing.random()).build();
        Vertx vertx = Vertx.vertx();
        Router direct = Router.router(vertx);
        direct.route().handler(CloakroomHandler.create(engine));
        direct.get("/").handler(context -> {
            Session session = CloakroomHandler.session(context);
            session.update(visits, count -> count == null ? 1 : count + 1);
            CloakroomHandler.end(context, String.valueOf(session.get(visits)));
        });
        Router web = Router.router(vertx);
        web.route().handler(CloakroomSessionStore.create(vertx, engine).sessionHandler());
        web.get("/").handler(context -> {
            Integer count = context.session().get("count");
            context.session().put("count", count == null ? 1 : count + 1);
            context.end(context.session().get("count").toString());
        });
        for (Router router : new Router[] {direct, web}) {
            HttpServer server = vertx.createHttpServer()
                    .requestHandler(router)
                    .listen(0, "localhost")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(30, TimeUnit.SECONDS);
            check(get(HttpClient.newHttpClient(), server.actualPort(), null));
        }
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        engine.close();
        System.out.println("vertx on the class path: ok");
        System.exit(0);
    }

    private static String get(HttpClient client, int port, String cookie) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/"));
        if (cookie != null) {
            request.header("Cookie", cookie);
        }
        HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (cookie == null) {
            String set = response.headers().firstValue("Set-Cookie").orElseThrow();
            return get(client, port, set.substring(0, set.indexOf(';')));
        }
        return response.body();
    }

    private static void check(String body) {
        if (!body.equals("2")) {
            throw new IllegalStateException("the session is not found: " + body);
        }
    }
}
