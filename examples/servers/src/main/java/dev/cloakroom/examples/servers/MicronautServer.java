package dev.cloakroom.examples.servers;

import dev.cloakroom.Attribute;
import dev.cloakroom.RequestGuard;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.SessionLimitException;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.store.SessionStoreException;
import io.micronaut.context.ApplicationContext;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Error;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.annotation.Put;
import io.micronaut.runtime.server.EmbeddedServer;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The engine in Micronaut. */
public final class MicronautServer {

    private MicronautServer() {}

    /** Starts the server with keys for a trial. */
    public static void main(String[] args) {
        start(SessionEngine.builder().keys(KeyRing.random()).build(), 8080).announce();
    }

    static Running start(SessionEngine engine, int port) {
        ApplicationContext context = ApplicationContext.builder()
                .properties(
                        Map.of("micronaut.server.host", "127.0.0.1", "micronaut.server.port", port == 0 ? -1 : port))
                .singletons(engine)
                .start();
        EmbeddedServer server = context.getBean(EmbeddedServer.class).start();
        return new Running(server.getPort(), context::close);
    }

    /** The requests. They run on threads that may block, so the engine's blocking methods are used. */
    @Controller
    @ExecuteOn(TaskExecutors.BLOCKING)
    @Consumes(MediaType.ALL)
    @Produces(MediaType.TEXT_PLAIN)
    static class Pages {

        private static final RequestGuard GUARD = RequestGuard.sameOrigin();

        private final SessionEngine engine;

        Pages(SessionEngine engine) {
            this.engine = engine;
        }

        @Get("/me")
        HttpResponse<String> me(HttpRequest<?> request) {
            return with(request, session -> found(session.principal()));
        }

        @Post("/login")
        HttpResponse<String> login(HttpRequest<?> request, @Body String user) {
            return with(request, session -> {
                session.login(user); // A real login checks a password first.
                return HttpResponse.ok();
            });
        }

        @Post("/logout")
        HttpResponse<String> logout(HttpRequest<?> request) {
            return with(request, session -> {
                session.logout();
                return HttpResponse.ok();
            });
        }

        @Get("/attributes/{name}")
        HttpResponse<String> read(HttpRequest<?> request, String name) {
            return with(request, session -> found(session.get(Attribute.ofString(name))));
        }

        @Put("/attributes/{name}")
        HttpResponse<String> put(HttpRequest<?> request, String name, @Body String value) {
            return with(request, session -> {
                session.put(Attribute.ofString(name), value);
                return HttpResponse.ok();
            });
        }

        /** Opens the session of a request, and commits it. Micronaut sends the response later. */
        private HttpResponse<String> with(
                HttpRequest<?> request, Function<Session, MutableHttpResponse<String>> action) {
            if (!GUARD.check(request.getMethodName(), request.getHeaders()::get).isAllowed()) {
                return HttpResponse.status(HttpStatus.FORBIDDEN);
            }
            Session session = engine.open(request.getHeaders().getAll("Cookie"));
            MutableHttpResponse<String> response = action.apply(session);
            for (String cookie : engine.commit(session)) {
                response.header("Set-Cookie", cookie);
            }
            return response;
        }

        private static MutableHttpResponse<String> found(@Nullable String text) {
            return text == null ? HttpResponse.notFound() : HttpResponse.ok(text);
        }

        @Error
        HttpResponse<String> limit(SessionLimitException e) {
            return HttpResponse.<String>status(HttpStatus.CONFLICT).body(String.valueOf(e.getMessage()));
        }

        @Error
        HttpResponse<String> noStore(SessionStoreException e) {
            return HttpResponse.status(HttpStatus.SERVICE_UNAVAILABLE);
        }
    }
}
