package dev.cloakroom.vertx;

import dev.cloakroom.scenarios.HttpScenarios;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/** A server of Vert.x on a port of the loopback address. */
record VertxServer(Vertx vertx, HttpServer server) implements HttpScenarios.Server {

    static VertxServer start(BiConsumer<Vertx, Router> routes) throws Exception {
        return start(Vertx.vertx(), routes);
    }

    static VertxServer start(Vertx vertx, BiConsumer<Vertx, Router> routes) throws Exception {
        Router router = Router.router(vertx);
        routes.accept(vertx, router);
        HttpServer server = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "localhost")
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        return new VertxServer(vertx, server);
    }

    @Override
    public int port() {
        return server.actualPort();
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
