package dev.cloakroom.vertx;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.scenarios.HttpScenarios;
import io.vertx.core.Vertx;
import io.vertx.ext.auth.User;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.SessionHandler;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The scenarios with vertx-web's own sessions over {@link CloakroomSessionStore}. */
class StoreScenariosTest extends HttpScenarios {

    @Override
    protected Server start(SessionEngine engine) throws Exception {
        return VertxServer.start((vertx, router) -> routes(vertx, router, engine));
    }

    static void routes(Vertx vertx, Router router, SessionEngine engine) {
        SessionHandler sessions = CloakroomSessionStore.create(vertx, engine).sessionHandler();
        router.route().handler(sessions);
        router.get("/put").handler(context -> {
            context.session()
                    .put(context.request().getParam("name"), context.request().getParam("value"));
            end(sessions, context, "");
        });
        router.get("/get")
                .handler(context -> end(
                        sessions,
                        context,
                        new TreeMap<>(context.session().data())
                                .entrySet().stream()
                                        .filter(entry -> !entry.getKey().startsWith("__"))
                                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                                        .collect(Collectors.joining(","))));
        router.get("/login").handler(context -> {
            context.session().regenerateId();
            sessions.setUser(context, User.fromName(context.request().getParam("user")))
                    .onFailure(context::fail)
                    .onSuccess(done -> context.end());
        });
        router.get("/logout").handler(context -> {
            context.session().destroy();
            end(sessions, context, "");
        });
        router.get("/who")
                .handler(context -> context.end(
                        context.user() == null ? "nobody" : context.user().subject()));
    }

    private static void end(SessionHandler sessions, RoutingContext context, String body) {
        sessions.flush(context).onFailure(context::fail).onSuccess(done -> context.end(body));
    }
}
