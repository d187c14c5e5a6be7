package dev.cloakroom.light4j;

import com.networknt.handler.LightHttpHandler;
import com.networknt.service.SingletonServiceFactory;
import com.networknt.session.Session;
import com.networknt.session.SessionManager;
import dev.cloakroom.undertow.CloakroomHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.SameThreadExecutor;
import java.util.stream.Collectors;

/** The routes of the scenarios. */
public final class ScenarioHandler implements LightHttpHandler {

    private static String parameter(HttpServerExchange exchange, String name) {
        return exchange.getQueryParameters().get(name).getFirst();
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        SessionManager manager = SingletonServiceFactory.getBean(SessionManager.class);
        Session session = manager.getSession(exchange);
        switch (exchange.getRequestPath()) {
            case "/put" ->
                (session == null ? manager.createSession(exchange) : session)
                        .setAttribute(parameter(exchange, "name"), parameter(exchange, "value"));
            case "/count" -> Counter.count(exchange, manager);
            case "/get" -> exchange.getResponseSender().send(text(session));
            case "/login" ->
                exchange.dispatch(
                        SameThreadExecutor.INSTANCE,
                        () -> CloakroomHandler.session(exchange)
                                .loginAsync(parameter(exchange, "user"))
                                .whenComplete((done, failure) -> {
                                    exchange.setStatusCode(failure == null ? 200 : 500);
                                    exchange.endExchange();
                                }));
            case "/logout" -> manager.removeSession(exchange);
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
