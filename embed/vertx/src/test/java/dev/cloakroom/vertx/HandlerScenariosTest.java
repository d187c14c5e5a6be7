package dev.cloakroom.vertx;

import dev.cloakroom.Attribute;
import dev.cloakroom.EncodedAttribute;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.scenarios.HttpScenarios;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** The scenarios with {@link CloakroomHandler}. */
class HandlerScenariosTest extends HttpScenarios {

    @Override
    protected Server start(SessionEngine engine) throws Exception {
        return VertxServer.start((vertx, router) -> routes(router, engine));
    }

    static void routes(Router router, SessionEngine engine) {
        router.route().handler(CloakroomHandler.create(engine));
        router.get("/put").handler(context -> {
            CloakroomHandler.session(context)
                    .put(
                            Attribute.ofString(context.request().getParam("name")),
                            context.request().getParam("value"));
            CloakroomHandler.end(context);
        });
        router.get("/get").handler(context -> CloakroomHandler.end(context, text(CloakroomHandler.session(context))));
        router.get("/login")
                .handler(context -> after(
                        context,
                        CloakroomHandler.session(context)
                                .loginAsync(context.request().getParam("user"))));
        router.get("/logout")
                .handler(context ->
                        after(context, CloakroomHandler.session(context).logoutAsync()));
        router.get("/who").handler(context -> {
            String principal = CloakroomHandler.session(context).principal();
            CloakroomHandler.end(context, principal == null ? "nobody" : principal);
        });
    }

    private static void after(RoutingContext context, CompletionStage<Void> stage) {
        Future.fromCompletionStage(stage, context.vertx().getOrCreateContext())
                .onFailure(context::fail)
                .onSuccess(done -> CloakroomHandler.end(context));
    }

    private static String text(Session session) {
        return session.encodedAttributes().stream()
                .sorted((one, other) -> one.name().compareTo(other.name()))
                .map((EncodedAttribute attribute) -> attribute.name() + "=" + attribute.value())
                .collect(Collectors.joining(","));
    }
}
