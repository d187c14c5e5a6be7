package dev.cloakroom.examples.servers;

import dev.cloakroom.Attribute;
import dev.cloakroom.RequestGuard;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.SessionLimitException;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.store.SessionStoreException;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.ForbiddenResponse;
import io.javalin.http.Handler;
import io.javalin.http.NotFoundResponse;
import java.util.Collections;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The engine in Javalin. */
public final class JavalinServer {

    private static final RequestGuard GUARD = RequestGuard.sameOrigin();

    private JavalinServer() {}

    /** Starts the server with keys for a trial. */
    public static void main(String[] args) {
        start(SessionEngine.builder().keys(KeyRing.random()).build(), 8080).announce();
    }

    static Running start(SessionEngine engine, int port) {
        Javalin server = Javalin.create(config -> configure(config, engine)).start("127.0.0.1", port);
        return new Running(server.port(), server::stop);
    }

    static void configure(JavalinConfig config, SessionEngine engine) {
        config.startup.showJavalinBanner = false;
        config.routes.before(context -> {
            if (!GUARD.check(context.method().name(), context::header).isAllowed()) {
                throw new ForbiddenResponse();
            }
        });
        config.routes.get("/me", with(engine, (context, session) -> found(context, session.principal())));
        // A real login checks a password first.
        config.routes.post("/login", with(engine, (context, session) -> session.login(context.body())));
        config.routes.post("/logout", with(engine, (context, session) -> session.logout()));
        config.routes.get(
                "/attributes/{name}",
                with(engine, (context, session) -> found(context, session.get(attribute(context)))));
        config.routes.put(
                "/attributes/{name}",
                with(engine, (context, session) -> session.put(attribute(context), context.body())));
        config.routes.exception(
                SessionLimitException.class,
                (e, context) -> context.status(409).result(String.valueOf(e.getMessage())));
        config.routes.exception(SessionStoreException.class, (e, context) -> context.status(503));
    }

    /** Opens the session before a handler, and commits it after. Javalin sends the response later. */
    private static Handler with(SessionEngine engine, BiConsumer<Context, Session> handler) {
        return context -> {
            Session session = engine.open(Collections.list(context.req().getHeaders("Cookie")));
            handler.accept(context, session);
            for (String cookie : engine.commit(session)) {
                context.res().addHeader("Set-Cookie", cookie);
            }
        };
    }

    private static Attribute<String> attribute(Context context) {
        return Attribute.ofString(context.pathParam("name"));
    }

    private static void found(Context context, @Nullable String text) {
        if (text == null) {
            throw new NotFoundResponse();
        }
        context.result(text);
    }
}
