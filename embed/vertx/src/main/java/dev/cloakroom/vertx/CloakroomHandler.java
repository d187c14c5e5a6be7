package dev.cloakroom.vertx;

import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.store.StoreUnavailableException;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.PlatformHandler;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Gives each request its session of an engine. It opens the session without blocking the event loop, and passes the
 * request on when the session is there.
 *
 * <pre>{@code
 * router.route().handler(CloakroomHandler.create(engine));
 * router.get("/visits").handler(ctx -> {
 *     Session session = CloakroomHandler.session(ctx);
 *     session.update(VISITS, visits -> visits == null ? 1 : visits + 1);
 *     CloakroomHandler.end(ctx, "visit number " + session.get(VISITS));
 * });
 * }</pre>
 *
 * <p><b>End responses by {@link #end}</b>, or call {@link #commit} and end when it has completed: the changes are stored
 * and the cookies are set before the response begins. A response that is ended otherwise is committed when its headers
 * are written. With a store of this machine that is the same. A clustered store answers later than that. Then the
 * changes are stored, but a cookie can be set no more: a new session or a login is lost, and a warning is logged.
 *
 * <p>All {@code Cookie} fields of the request count. A request whose session cannot be opened because the store is
 * unavailable fails with the status 503.
 *
 * <p>Use the session's asynchronous methods ({@code loginAsync}, {@code logoutAsync} and so on) on an event loop. The
 * handler is safe for use by any number of event loops. Null is accepted nowhere.
 */
public final class CloakroomHandler implements PlatformHandler {

    private static final Logger LOG = System.getLogger(CloakroomHandler.class.getName());
    private static final String KEY = CloakroomHandler.class.getName();

    private final SessionEngine engine;

    private CloakroomHandler(SessionEngine engine) {
        this.engine = Objects.requireNonNull(engine, "engine");
    }

    /** A request's session and its engine. */
    private record Opened(SessionEngine engine, Session session) {}

    /** Returns a handler that opens sessions of an engine. It does not close the engine. */
    public static CloakroomHandler create(SessionEngine engine) {
        return new CloakroomHandler(engine);
    }

    /**
     * Returns the session of a request.
     *
     * @throws IllegalStateException if the request came by no {@code CloakroomHandler}
     */
    public static Session session(RoutingContext context) {
        return opened(context).session();
    }

    /**
     * Stores what the request changed in its session, and sets the cookies that the response needs. Afterwards the
     * session may be changed and committed again. When the response has begun already, no cookie is set, and nothing
     * is done that needs one.
     *
     * @return a future that completes on the caller's context. It fails with what {@link SessionEngine#commit} throws
     * @throws IllegalStateException if the request came by no {@code CloakroomHandler}
     */
    public static Future<Void> commit(RoutingContext context) {
        Opened opened = opened(context);
        HttpServerResponse response = context.response();
        if (response.headWritten()) {
            return Stages.toFuture(context.vertx(), opened.engine().commitWithoutCookiesAsync(opened.session()))
                    .mapEmpty();
        }
        return Stages.toFuture(context.vertx(), opened.engine().commitAsync(opened.session()))
                .onSuccess(cookies -> setCookies(response, cookies))
                .mapEmpty();
    }

    /** Commits the session, then ends the response without a body. See {@link #commit}. */
    public static Future<Void> end(RoutingContext context) {
        return end(context, Buffer.buffer());
    }

    /** Commits the session, then ends the response with a text. See {@link #commit}. */
    public static Future<Void> end(RoutingContext context, String body) {
        return end(context, Buffer.buffer(body));
    }

    /**
     * Commits the session, then ends the response with a body. If the commit fails, so does the request: with the status
     * 503 if the store is unavailable, else with 500.
     *
     * @return a future that completes when the response is ended
     * @throws IllegalStateException if the request came by no {@code CloakroomHandler}
     */
    public static Future<Void> end(RoutingContext context, Buffer body) {
        return commit(context).onFailure(failure -> fail(context, failure)).compose(done -> context.end(body));
    }

    @Override
    public void handle(RoutingContext context) {
        Opened before = context.get(KEY);
        if (before != null) {
            // A reroute has removed the handler of the headers' end.
            context.addHeadersEndHandler(nothing -> commitAtHeadersEnd(context, before));
            context.next();
            return;
        }
        HttpServerRequest request = context.request();
        boolean pause = !request.isEnded();
        if (pause) {
            request.pause();
        }
        List<String> cookies = request.headers().getAll(HttpHeaders.COOKIE);
        Stages.toFuture(context.vertx(), engine.openAsync(cookies)).onComplete((session, failure) -> {
            if (failure == null) {
                Opened opened = new Opened(engine, session);
                context.put(KEY, opened);
                context.addHeadersEndHandler(nothing -> commitAtHeadersEnd(context, opened));
            }
            if (pause) {
                request.resume();
            }
            if (failure == null) {
                context.next();
            } else {
                fail(context, failure);
            }
        });
    }

    private static Opened opened(RoutingContext context) {
        Opened opened = context.get(KEY);
        if (opened == null) {
            throw new IllegalStateException(
                    "the request has no session: add a CloakroomHandler to a route before this");
        }
        return opened;
    }

    private static void fail(RoutingContext context, Throwable failure) {
        if (context.failed() || context.response().ended()) {
            return;
        }
        if (failure instanceof StoreUnavailableException) {
            context.fail(503, failure);
        } else {
            context.fail(failure);
        }
    }

    /** Costs nothing after a commit without further changes. */
    private static void commitAtHeadersEnd(RoutingContext context, Opened opened) {
        CompletableFuture<List<String>> commit =
                opened.engine().commitAsync(opened.session()).toCompletableFuture();
        boolean inTime = commit.isDone();
        commit.whenComplete((cookies, failure) -> {
            if (failure != null) {
                LOG.log(
                        Level.WARNING,
                        "A session was not stored, and its response was sent: end responses by CloakroomHandler.end, "
                                + "which answers with an error instead",
                        Stages.unwrapped(failure));
            } else if (inTime) {
                setCookies(context.response(), cookies);
            } else if (!cookies.isEmpty()) {
                LOG.log(
                        Level.WARNING,
                        "A session's cookie was not sent, because the store answered after the response had begun: "
                                + "end responses by CloakroomHandler.end, or commit before");
            }
        });
    }

    private static void setCookies(HttpServerResponse response, @Nullable List<String> cookies) {
        if (cookies != null) {
            for (String cookie : cookies) {
                response.headers().add(HttpHeaders.SET_COOKIE, cookie);
            }
        }
    }
}
