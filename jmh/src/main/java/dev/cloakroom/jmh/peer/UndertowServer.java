package dev.cloakroom.jmh.peer;

import io.undertow.server.HttpServerExchange;
import io.undertow.server.session.SessionConfig;
import io.undertow.server.session.SessionCookieConfig;
import io.undertow.util.AttachmentKey;
import io.undertow.util.Headers;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.Xnio;
import org.xnio.XnioWorker;

/** As much of Undertow as a request needs that came in: the threads that hold its timers, and exchanges. */
final class UndertowServer implements AutoCloseable {

    private final XnioWorker worker;
    private final UndertowConnection connection;

    UndertowServer() {
        try {
            worker = Xnio.getInstance()
                    .createWorker(OptionMap.builder()
                            .set(Options.WORKER_IO_THREADS, 1)
                            .set(Options.THREAD_DAEMON, true)
                            .getMap());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        connection = new UndertowConnection(worker);
    }

    /** Returns an exchange. Undertow makes a new one for every request as well. */
    HttpServerExchange exchange(@Nullable String cookieHeader) {
        HttpServerExchange exchange = new HttpServerExchange(connection);
        if (cookieHeader != null) {
            exchange.getRequestHeaders().put(Headers.COOKIE, cookieHeader);
        }
        return exchange;
    }

    static SessionConfig sessionConfig(CookieCheck check) {
        return check.signs() ? new CheckedSessionConfig(check) : new SessionCookieConfig();
    }

    @Override
    public void close() {
        worker.shutdownNow();
    }

    /**
     * The place where an application could add a check of the cookie. Undertow asks for the id when the session is
     * wanted and again at the end of the request; a cookie is checked the first time only.
     */
    private static final class CheckedSessionConfig extends SessionCookieConfig {

        private static final AttachmentKey<String> ID = AttachmentKey.create(String.class);

        private final CookieCheck check;

        CheckedSessionConfig(CookieCheck check) {
            this.check = check;
        }

        @Override
        public @Nullable String findSessionId(HttpServerExchange exchange) {
            String known = exchange.getAttachment(ID);
            if (known != null) {
                return known;
            }
            String value = super.findSessionId(exchange);
            String id = value == null ? null : check.idOf(value);
            if (id != null) {
                exchange.putAttachment(ID, id);
            }
            return id;
        }
    }
}
