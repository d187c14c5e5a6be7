package dev.cloakroom.vertx;

import dev.cloakroom.Lookup;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.ValueTypes;
import dev.cloakroom.cookie.CookiePolicy;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Session;
import io.vertx.ext.web.handler.SessionHandler;
import io.vertx.ext.web.sstore.SessionStore;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps vertx-web's sessions in an engine. Vert.x's session value, which the cookie holds, is the engine's signed cookie
 * value. A value with a wrong signature costs no store access.
 *
 * <pre>{@code
 * CloakroomSessionStore store = CloakroomSessionStore.create(vertx, engine);
 * router.route().handler(store.sessionHandler());
 * }</pre>
 *
 * <p><b>What a session holds.</b> What {@link ValueTypes#standard} knows, {@link JsonObject},
 * {@link io.vertx.core.json.JsonArray}, {@link io.vertx.core.buffer.Buffer} and the user of the request. Others need a
 * type, see {@link #types}. Only attributes that changed are stored, so concurrent requests that change different
 * attributes keep each other's changes. A value that was changed without being put is found by its encoding.
 *
 * <p><b>Users.</b> When the request that calls {@code regenerateId} has a user with a subject, as after a login by one of
 * Vert.x's handlers, that subject logs in as the engine's principal: {@code sessionsOf}, {@code logoutEverywhere} and the
 * limit of sessions per principal then hold.
 *
 * <p><b>Errors.</b> {@code SessionHandler} only logs when a session cannot be stored at the end of a request, and its
 * cookie is on the way by then. Call {@link SessionHandler#flush(io.vertx.ext.web.RoutingContext)} before the response
 * ends to get the failure: a full store, a limit, or a value without a type. With a clustered store that is also the only
 * way to have a change stored before the browser gets the response.
 *
 * <p>Safe for use by any number of event loops. Nothing here blocks one.
 */
public final class CloakroomSessionStore implements SessionStore {

    private final Vertx vertx;
    private final SessionEngine engine;
    private final ValueTypes types;

    /**
     * What is being stored or deleted, by the cookie's value. The handler lets a response go before its session is stored,
     * so the next request may be here first: it waits.
     */
    private final Map<String, CompletableFuture<?>> pending = new ConcurrentHashMap<>();

    private CloakroomSessionStore(Vertx vertx, SessionEngine engine, ValueTypes types) {
        this.vertx = Objects.requireNonNull(vertx, "vertx");
        this.engine = Objects.requireNonNull(engine, "engine");
        this.types = Objects.requireNonNull(types, "types");
    }

    /** Returns a store over an engine, for the values that {@link #types} begins with. It does not close the engine. */
    public static CloakroomSessionStore create(Vertx vertx, SessionEngine engine) {
        return create(vertx, engine, types().build());
    }

    /**
     * Returns a store over an engine, for values of given types. It does not close the engine.
     *
     * @param types made from {@link #types}
     */
    public static CloakroomSessionStore create(Vertx vertx, SessionEngine engine, ValueTypes types) {
        return new CloakroomSessionStore(vertx, engine, types);
    }

    /** Returns a builder of types that has those of Vert.x, to add the application's own. */
    public static ValueTypes.Builder types() {
        return VertxTypes.builder();
    }

    /**
     * Returns a handler over this store whose cookie has the name and the attributes of the engine's cookie policy, and
     * that stores no session before it is used. Vert.x cannot set {@code Domain} and {@code Partitioned}.
     *
     * @throws IllegalStateException if the policy has one of these
     */
    public SessionHandler sessionHandler() {
        CookiePolicy policy = engine.cookiePolicy();
        if (policy.domain() != null || policy.partitioned()) {
            throw new IllegalStateException("vertx-web's SessionHandler sets neither Domain nor Partitioned: "
                    + "leave them out of the engine's cookie policy, or use CloakroomHandler");
        }
        return SessionHandler.create(this)
                .setSessionCookieName(policy.name())
                .setSessionCookiePath(policy.path())
                .setCookieSecureFlag(policy.secure())
                .setCookieHttpOnlyFlag(policy.httpOnly())
                .setCookieSameSite(
                        switch (policy.sameSite()) {
                            case STRICT -> CookieSameSite.STRICT;
                            case LAX -> CookieSameSite.LAX;
                            case NONE -> CookieSameSite.NONE;
                        })
                .setLazySession(true);
    }

    /** Does nothing: the engine has the settings. Returns this store. */
    @Override
    public SessionStore init(Vertx ignored, JsonObject options) {
        return this;
    }

    /** Returns 0: what was stored is found at once, on every node. */
    @Override
    public long retryTimeout() {
        return 0;
    }

    @Override
    public Session createSession(long timeout) {
        return createSession(timeout, DEFAULT_SESSIONID_LENGTH);
    }

    /**
     * Returns a new session, which is not stored yet.
     *
     * @param timeout how long it lives after its last access, in milliseconds, at least 1
     * @param length ignored: the engine's ids have 256 random bits
     */
    @Override
    public Session createSession(long timeout, int length) {
        return StoredSession.fresh(engine, types, Duration.ofMillis(timeout));
    }

    /**
     * Returns the session of a cookie's value, or null if there is none. That is an access of the session. When the
     * session's id is due for renewal, the session that is returned has its new one, and says that it was regenerated, so
     * that the handler sets the cookie.
     *
     * <p>A value that a login or {@code regenerateId} replaced a moment ago gives an empty session that is never stored.
     * So the response to a late request does not overwrite the browser's newer cookie.
     */
    @Override
    public Future<@Nullable Session> get(String cookieValue) {
        CompletableFuture<?> storing = pending.get(cookieValue);
        return Stages.toFuture(
                vertx,
                storing == null
                        ? open(cookieValue)
                        : storing.handle((done, failure) -> done).thenCompose(done -> open(cookieValue)));
    }

    private CompletionStage<@Nullable Session> open(String cookieValue) {
        return engine.openAsync(header(cookieValue))
                .thenCompose(session -> StoredSession.opened(engine, types, session, cookieValue));
    }

    /** Ends the session of a cookie's value for good, if there is one. */
    @Override
    public Future<Void> delete(String id) {
        return await(id, engine.peekAsync(header(id)).thenCompose(CloakroomSessionStore::logout));
    }

    /** Has requests of a cookie's value wait for a stage, unless it is complete already. */
    private Future<Void> await(String value, CompletionStage<?> stage) {
        CompletableFuture<?> done = stage.toCompletableFuture();
        if (!done.isDone()) {
            pending.merge(value, done, (one, other) -> CompletableFuture.allOf(one.exceptionally(e -> null), other));
            done.whenComplete((result, failure) ->
                    pending.computeIfPresent(value, (same, waiting) -> waiting.isDone() ? null : waiting));
        }
        return Stages.toFuture(vertx, done).mapEmpty();
    }

    private static CompletionStage<@Nullable Void> logout(Lookup lookup) {
        return lookup instanceof Lookup.Found found
                ? found.session().logoutAsync()
                : CompletableFuture.completedFuture(null);
    }

    /**
     * Stores what was changed in a session. A session that was ended meanwhile stays ended, and nothing is stored.
     *
     * @throws IllegalArgumentException if the session is another store's
     */
    @Override
    public Future<Void> put(Session session) {
        if (!(session instanceof StoredSession stored)) {
            throw new IllegalArgumentException("the session was not made by a CloakroomSessionStore");
        }
        return await(stored.value(), stored.storeAsync());
    }

    /** Fails: an engine has no means to end all sessions at once. */
    @Override
    public Future<Void> clear() {
        return Future.failedFuture(new UnsupportedOperationException(
                "an engine cannot end all sessions at once: revoke its keys, or call logoutEverywhere for each user"));
    }

    /** Returns how many sessions the store has, as the engine's metrics tell. */
    @Override
    public Future<Integer> size() {
        return Future.succeededFuture((int) Math.min(engine.metrics().sessions(), Integer.MAX_VALUE));
    }

    /** Does nothing. The code that built the engine closes it. */
    @Override
    public void close() {}

    private @Nullable String header(String value) {
        return value.indexOf(';') >= 0 ? null : engine.cookiePolicy().name() + "=" + value;
    }
}
