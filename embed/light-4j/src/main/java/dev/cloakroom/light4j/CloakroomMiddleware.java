package dev.cloakroom.light4j;

import com.networknt.handler.Handler;
import com.networknt.handler.MiddlewareHandler;
import dev.cloakroom.undertow.CloakroomHandler;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import org.jspecify.annotations.Nullable;

/**
 * Opens each request's session without blocking the I/O thread, before the handlers that follow in the chain of
 * {@code handler.yml}. {@link CloakroomHandler#session} then returns the engine's session, and
 * {@link CloakroomSessionManager} light-4j's.
 *
 * <p>Its engine is the one of the managers that {@code service.yml} makes.
 */
public final class CloakroomMiddleware implements MiddlewareHandler {

    private final CloakroomHandler handler;
    private volatile @Nullable HttpHandler next;

    /**
     * Creates a handler over the engine that {@link CloakroomSessionManager#use} was given, or that {@code cloakroom.yml}
     * describes.
     *
     * @throws IllegalStateException if there is neither, or the file is wrong
     */
    public CloakroomMiddleware() {
        handler = new CloakroomHandler(Engines.current().engine(), exchange -> Handler.next(exchange, next));
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        handler.handleRequest(exchange);
    }

    @Override
    public @Nullable HttpHandler getNext() {
        return next;
    }

    @Override
    public MiddlewareHandler setNext(HttpHandler following) {
        next = following;
        return this;
    }

    @Override
    public boolean isEnabled() {
        return true;
    }
}
