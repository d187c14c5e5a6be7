package dev.cloakroom.undertow;

import static dev.cloakroom.undertow.UndertowServer.parameter;

import dev.cloakroom.Attribute;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.scenarios.HttpScenarios;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.SameThreadExecutor;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** The scenarios with {@link CloakroomHandler}, all on I/O threads. */
class HandlerScenariosTest extends HttpScenarios {

    @Override
    protected Server start(SessionEngine engine) {
        return serve(engine);
    }

    static UndertowServer serve(SessionEngine engine) {
        return UndertowServer.start(new CloakroomHandler(engine, HandlerScenariosTest::handle));
    }

    private static void handle(HttpServerExchange exchange) {
        Session session = CloakroomHandler.session(exchange);
        switch (exchange.getRequestPath()) {
            case "/put" -> session.put(Attribute.ofString(parameter(exchange, "name")), parameter(exchange, "value"));
            case "/get" -> exchange.getResponseSender().send(text(session));
            case "/login" -> after(exchange, session.loginAsync(parameter(exchange, "user")));
            case "/logout" -> after(exchange, session.logoutAsync());
            default -> exchange.getResponseSender().send(session.principal() == null ? "nobody" : session.principal());
        }
    }

    private static void after(HttpServerExchange exchange, CompletionStage<Void> stage) {
        exchange.dispatch(
                SameThreadExecutor.INSTANCE,
                () -> stage.whenComplete((done, failure) -> {
                    exchange.setStatusCode(failure == null ? 200 : 500);
                    exchange.endExchange();
                }));
    }

    private static String text(Session session) {
        return session.encodedAttributes().stream()
                .sorted((one, other) -> one.name().compareTo(other.name()))
                .map(attribute -> attribute.name() + "=" + attribute.value())
                .collect(Collectors.joining(","));
    }
}
