package dev.cloakroom.undertow;

import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import io.undertow.util.ConduitFactory;
import io.undertow.util.Headers;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.conduits.StreamSinkConduit;

/** A request with its session: commits it before the response leaves. */
final class Request {

    private static final Logger LOG = System.getLogger(Request.class.getName());
    private static final AttachmentKey<Request> KEY = AttachmentKey.create(Request.class);

    private final HttpServerExchange exchange;
    private final SessionEngine engine;
    private final Session session;

    /** The session of Undertow's API, if it was asked for. */
    private @Nullable ManagedSession managed;

    private volatile boolean responseBegan;

    private Request(HttpServerExchange exchange, SessionEngine engine, Session session) {
        this.exchange = exchange;
        this.engine = engine;
        this.session = session;
    }

    static @Nullable Request of(HttpServerExchange exchange) {
        return exchange.getAttachment(KEY);
    }

    static Request begin(HttpServerExchange exchange, SessionEngine engine, Session session) {
        Request request = new Request(exchange, engine, session);
        exchange.putAttachment(KEY, request);
        if (exchange.isResponseStarted()) {
            request.responseBegan = true;
        } else {
            // The first wrapper is the last one before the connection's own conduit.
            exchange.addResponseWrapper((factory, same) -> request.beginResponse(factory));
        }
        return request;
    }

    SessionEngine engine() {
        return engine;
    }

    Session session() {
        return session;
    }

    @Nullable
    ManagedSession managed() {
        return managed;
    }

    void manage(ManagedSession manages) {
        managed = manages;
    }

    boolean responseBegan() {
        return responseBegan;
    }

    CompletionStage<@Nullable Void> commit() {
        try {
            return responseBegan ? commitWithoutCookies() : commitWithCookies();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletionStage<@Nullable Void> commitWithCookies() {
        return prepared()
                .thenCompose(done -> engine.commitAsync(session))
                .thenAccept(this::setCookies)
                .thenApply(done -> null);
    }

    private CompletionStage<@Nullable Void> commitWithoutCookies() {
        ManagedSession manages = managed;
        if (manages != null) {
            manages.writeChanges();
        }
        return engine.commitWithoutCookiesAsync(session);
    }

    private CompletionStage<@Nullable Void> prepared() {
        ManagedSession manages = managed;
        return manages == null ? CompletableFuture.completedFuture(null) : manages.prepareCommit();
    }

    private void setCookies(List<String> cookies) {
        for (String cookie : cookies) {
            exchange.getResponseHeaders().add(Headers.SET_COOKIE, cookie);
        }
    }

    private StreamSinkConduit beginResponse(ConduitFactory<StreamSinkConduit> factory) {
        CompletableFuture<@Nullable Void> commit = commit().toCompletableFuture();
        responseBegan = true;
        if (commit.isDone()) {
            Throwable failure = commit.handle((done, thrown) -> thrown).join();
            return failure == null ? factory.create() : failed(factory, CloakroomHandler.unwrapped(failure));
        }
        HeldConduit held = new HeldConduit(factory.create());
        commit.whenComplete((done, failure) -> held.getWriteThread().execute(() -> {
            if (failure != null) {
                LOG.log(
                        Level.WARNING,
                        "A session was not stored, so its response was not sent: call CloakroomHandler.commit before"
                                + " the response to answer with a status",
                        CloakroomHandler.unwrapped(failure));
                IoUtils.safeClose(exchange.getConnection());
            }
            held.release();
        }));
        return held;
    }

    /** Has the response tell the failure, whatever the handler sends. */
    private StreamSinkConduit failed(ConduitFactory<StreamSinkConduit> factory, Throwable failure) {
        LOG.log(Level.WARNING, "A session was not stored, so its response is an error", failure);
        exchange.setStatusCode(CloakroomHandler.status(failure));
        exchange.getResponseHeaders().clear();
        exchange.getResponseHeaders().put(Headers.CONTENT_LENGTH, "0");
        return new DiscardingConduit(factory.create());
    }
}
