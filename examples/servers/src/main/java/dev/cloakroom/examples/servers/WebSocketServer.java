package dev.cloakroom.examples.servers;

import dev.cloakroom.Attribute;
import dev.cloakroom.Lookup;
import dev.cloakroom.RequestGuard;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.SessionEvent;
import dev.cloakroom.SessionHandle;
import dev.cloakroom.SessionListener;
import dev.cloakroom.key.KeyRing;
import io.javalin.Javalin;
import io.javalin.http.Context;
import io.javalin.http.ForbiddenResponse;
import io.javalin.http.UnauthorizedResponse;
import io.javalin.websocket.WsContext;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * WebSockets that use the session of the page that opened them. A socket keeps the session's handle, not its id, and finds
 * the session anew for each message. It is closed when the session ends.
 *
 * <p>The requests beside it are those of {@link JavalinServer}. A message {@code name=value} sets an attribute.
 */
public final class WebSocketServer implements SessionListener {

    private static final int POLICY_VIOLATION = 1008;
    private static final String HANDLE = "handle";
    private static final RequestGuard GUARD = RequestGuard.sameOrigin();

    private final Map<SessionHandle, Set<WsContext>> sockets = new ConcurrentHashMap<>();

    /** Starts the server with keys for a trial. */
    public static void main(String[] args) {
        WebSocketServer sockets = new WebSocketServer();
        SessionEngine engine =
                SessionEngine.builder().keys(KeyRing.random()).listener(sockets).build();
        sockets.start(engine, 8080).announce();
    }

    /** Starts the server. The engine must have this object as its listener. */
    Running start(SessionEngine engine, int port) {
        Javalin server = Javalin.create(config -> {
                    JavalinServer.configure(config, engine);
                    config.routes.wsBeforeUpgrade("/live", context -> handshake(engine, context));
                    config.routes.ws("/live", socket -> {
                        socket.onConnect(this::connected);
                        socket.onMessage(context -> message(engine, context, context.message()));
                        socket.onClose(this::disconnected);
                    });
                })
                .start("127.0.0.1", port);
        return new Running(server.port(), server::stop);
    }

    /** Refuses other sites' pages and requests without a session. A handshake is an access; its response sets no cookie. */
    private static void handshake(SessionEngine engine, Context context) {
        if (!GUARD.check(context.method().name(), context::header).isAllowed()) {
            throw new ForbiddenResponse();
        }
        Lookup lookup = engine.lookup(Collections.list(context.req().getHeaders("Cookie")));
        if (!(lookup instanceof Lookup.Found found)) {
            throw new UnauthorizedResponse();
        }
        context.attribute(HANDLE, found.session().handle());
    }

    private void connected(WsContext context) {
        sockets.compute(handle(context), (handle, open) -> {
            Set<WsContext> all = open == null ? ConcurrentHashMap.newKeySet() : open;
            all.add(context);
            return all;
        });
    }

    private void message(SessionEngine engine, WsContext context, String message) {
        Session session = engine.find(handle(context));
        if (session == null) {
            // It expired, or ended on another node, whose listener was told.
            context.closeSession(POLICY_VIOLATION, "the session is over");
            return;
        }
        int equals = message.indexOf('=');
        if (equals > 0) {
            session.put(Attribute.ofString(message.substring(0, equals)), message.substring(equals + 1));
            engine.commitWithoutCookies(session);
        }
        context.send(session.isEnded() ? "the session is over" : "stored");
    }

    private void disconnected(WsContext context) {
        sockets.computeIfPresent(handle(context), (handle, open) -> {
            open.remove(context);
            return open.isEmpty() ? null : open;
        });
    }

    /** Closes the sockets of a session that ended. A listener must not block: closing only starts the handshake. */
    @Override
    public void onEvent(SessionEvent event) {
        if (event instanceof SessionEvent.Ended ended) {
            sockets.getOrDefault(ended.handle(), Set.of())
                    .forEach(context -> context.closeSession(POLICY_VIOLATION, "the session is over"));
        }
    }

    private static SessionHandle handle(WsContext context) {
        SessionHandle handle = context.attribute(HANDLE);
        if (handle == null) {
            throw new IllegalStateException("a socket without a handshake");
        }
        return handle;
    }
}
