package dev.cloakroom.undertow;

import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.store.StoreUnavailableException;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.SameThreadExecutor;
import io.undertow.util.StatusCodes;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Gives each request its session of an engine. It opens the session without blocking the I/O thread, and calls the next
 * handler when the session is there.
 *
 * <pre>{@code
 * HttpHandler visits = exchange -> {
 *     Session session = CloakroomHandler.session(exchange);
 *     session.update(VISITS, visits -> visits == null ? 1 : visits + 1);
 *     exchange.getResponseSender().send("visit number " + session.get(VISITS));
 * };
 * Undertow.builder().addHttpListener(8080, "localhost", new CloakroomHandler(engine, visits)).build().start();
 * }</pre>
 *
 * <p><b>The commit</b> begins when the response does. No byte of the response leaves before the store has the changes and
 * the cookies are set; meanwhile no thread waits. If the store fails, so does the request. If it fails at once, the
 * response is an empty one with the status 503 or 500. If it fails later, the connection is closed, because Undertow counts
 * the response as begun. Call {@link #commit} before the response to answer otherwise. What is changed after the response
 * has begun must be committed by {@link #commit} as well.
 *
 * <p>All {@code Cookie} fields of the request count. A request whose session cannot be opened because the store is
 * unavailable is answered with the status 503.
 *
 * <p>Use the session's asynchronous methods ({@code loginAsync}, {@code logoutAsync} and so on) on an I/O thread. The
 * handler is safe for use by any number of threads. Null is accepted nowhere.
 */
public final class CloakroomHandler implements HttpHandler {

    private static final Logger LOG = System.getLogger(CloakroomHandler.class.getName());

    private final SessionEngine engine;
    private final HttpHandler next;

    /** Creates a handler that opens sessions of an engine. It does not close the engine. */
    public CloakroomHandler(SessionEngine engine, HttpHandler next) {
        this.engine = Objects.requireNonNull(engine, "engine");
        this.next = Objects.requireNonNull(next, "next");
    }

    /**
     * Returns the session of a request.
     *
     * @throws IllegalStateException if the request came by no {@code CloakroomHandler}
     */
    public static Session session(HttpServerExchange exchange) {
        return request(exchange).session();
    }

    /**
     * Stores what the request changed in its session. If the response has not begun, the cookies that it needs are set.
     * Otherwise nothing is done that needs one.
     *
     * @return a stage that fails with what {@link SessionEngine#commit} throws, and completes on any thread
     * @throws IllegalStateException if the request came by no {@code CloakroomHandler}
     */
    public static CompletionStage<@Nullable Void> commit(HttpServerExchange exchange) {
        return request(exchange).commit();
    }

    private static Request request(HttpServerExchange exchange) {
        Request request = Request.of(exchange);
        if (request == null) {
            throw new IllegalStateException("the request has no session: put a CloakroomHandler before this handler");
        }
        return request;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        if (Request.of(exchange) != null) {
            next.handleRequest(exchange);
            return;
        }
        CompletableFuture<Session> opening = engine.openAsync(
                        exchange.getRequestHeaders().get(Headers.COOKIE))
                .toCompletableFuture();
        if (opening.isDone()) {
            opened(exchange, opening);
            return;
        }
        // The exchange goes on when the store has answered, on its I/O thread.
        exchange.dispatch(
                SameThreadExecutor.INSTANCE,
                () -> opening.whenComplete((session, failure) ->
                        exchange.dispatch(exchange.getIoThread(), (HttpHandler) same -> opened(same, opening))));
    }

    private void opened(HttpServerExchange exchange, CompletableFuture<Session> opening) throws Exception {
        Session session;
        try {
            session = opening.join();
        } catch (CompletionException e) {
            Throwable failure = unwrapped(e);
            LOG.log(Level.WARNING, "A session could not be opened", failure);
            exchange.setStatusCode(status(failure));
            exchange.endExchange();
            return;
        }
        Request.begin(exchange, engine, session);
        next.handleRequest(exchange);
    }

    static int status(Throwable failure) {
        return failure instanceof StoreUnavailableException
                ? StatusCodes.SERVICE_UNAVAILABLE
                : StatusCodes.INTERNAL_SERVER_ERROR;
    }

    /** Returns the failure that a stage wrapped. */
    static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }
}
