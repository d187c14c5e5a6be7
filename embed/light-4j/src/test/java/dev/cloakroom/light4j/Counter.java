package dev.cloakroom.light4j;

import com.networknt.session.Session;
import com.networknt.session.SessionManager;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HttpString;

/** What light-session-4j's own tests do: count in an Integer, and set it once more when the header is set already. */
final class Counter {

    static final String COUNT = "count";

    private Counter() {}

    static void count(HttpServerExchange exchange, SessionManager manager) {
        Session session = manager.getSession(exchange);
        if (session == null) {
            session = manager.createSession(exchange);
            session.setAttribute(COUNT, 0);
        }
        Integer count = (Integer) session.getAttribute(COUNT);
        exchange.getResponseHeaders().add(new HttpString(COUNT), count.toString());
        session.setAttribute(COUNT, ++count);
    }
}
