package dev.cloakroom.undertow;

import static dev.cloakroom.undertow.UndertowServer.parameter;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.scenarios.HttpScenarios;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.session.Session;
import io.undertow.server.session.SessionAttachmentHandler;
import io.undertow.util.SameThreadExecutor;
import io.undertow.util.Sessions;
import java.util.stream.Collectors;

/** The scenarios with Undertow's own sessions over {@link CloakroomSessionManager}, all on I/O threads. */
class ManagerScenariosTest extends HttpScenarios {

    @Override
    protected Server start(SessionEngine engine) {
        return serve(engine);
    }

    static UndertowServer serve(SessionEngine engine) {
        return UndertowServer.start(new CloakroomHandler(
                engine,
                new SessionAttachmentHandler(
                        ManagerScenariosTest::handle,
                        new CloakroomSessionManager("test", engine),
                        new CloakroomSessionConfig(engine))));
    }

    static void handle(HttpServerExchange exchange) {
        switch (exchange.getRequestPath()) {
            case "/put" ->
                Sessions.getOrCreateSession(exchange)
                        .setAttribute(parameter(exchange, "name"), parameter(exchange, "value"));
            case "/get" -> exchange.getResponseSender().send(text(Sessions.getSession(exchange)));
            case "/login" ->
                exchange.dispatch(
                        SameThreadExecutor.INSTANCE,
                        () -> CloakroomHandler.session(exchange)
                                .loginAsync(parameter(exchange, "user"))
                                .whenComplete((done, failure) -> {
                                    exchange.setStatusCode(failure == null ? 200 : 500);
                                    exchange.endExchange();
                                }));
            case "/logout" -> Sessions.getSession(exchange).invalidate(exchange);
            default -> {
                String principal = CloakroomHandler.session(exchange).principal();
                exchange.getResponseSender().send(principal == null ? "nobody" : principal);
            }
        }
    }

    private static String text(Session session) {
        return session == null
                ? ""
                : session.getAttributeNames().stream()
                        .map(name -> name + "=" + session.getAttribute(name))
                        .collect(Collectors.joining(","));
    }
}
