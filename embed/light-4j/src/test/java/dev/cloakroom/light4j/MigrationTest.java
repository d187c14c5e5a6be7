package dev.cloakroom.light4j;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.session.MapSessionManager;
import com.networknt.session.MapSessionRepository;
import com.networknt.session.Session;
import com.networknt.session.SessionManager;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.ValueTypes;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.scenarios.Visitor;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.session.SecureRandomSessionIdGenerator;
import io.undertow.server.session.SessionCookieConfig;
import org.junit.jupiter.api.Test;

/** The rollout of docs/migration-light-session-4j.md. */
class MigrationTest {

    private final SessionManager oldManager = new MapSessionManager(
            new SessionCookieConfig(), new MapSessionRepository(new SecureRandomSessionIdGenerator()));

    private void takeOver(SessionManager manager, HttpServerExchange exchange) {
        Session session = manager.getSession(exchange);
        if (session == null) {
            com.networknt.session.Session old = oldManager.getSession(exchange);
            if (old != null) {
                session = manager.createSession(exchange);
                for (String name : old.getAttributeNames()) {
                    session.setAttribute(name, old.getAttribute(name));
                }
                oldManager.removeSession(exchange);
            }
        }
    }

    @Test
    void sessionOfTheOldManager_goesOnInTheNewOne() {
        try (SessionEngine engine =
                SessionEngine.builder().keys(KeyRing.random()).build()) {
            SessionManager manager = new CloakroomSessionManager(engine, ValueTypes.standard());
            try (LightServer server = LightServer.start(exchange -> {
                switch (exchange.getRequestPath()) {
                    case "/old" -> oldManager.createSession(exchange).setAttribute("count", 7);
                    case "/old-count" ->
                        exchange.getResponseSender().send(oldManager.getSession(exchange) == null ? "none" : "some");
                    default -> {
                        takeOver(manager, exchange);
                        Counter.count(exchange, manager);
                    }
                }
            })) {
                Visitor visitor = new Visitor();
                visitor.get(server.port(), "/old");
                assertThat(visitor.get(server.port(), "/old-count")).isEqualTo("some");

                for (int i = 7; i < 10; i++) {
                    assertThat(visitor.send(server.port(), "/new")
                                    .join()
                                    .headers()
                                    .firstValue(Counter.COUNT))
                            .contains(Integer.toString(i));
                }
                assertThat(visitor.get(server.port(), "/old-count")).isEqualTo("none");
            }
        }
    }
}
