package dev.cloakroom.undertow;

import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.SessionValues;
import dev.cloakroom.ValueTypes;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.session.SessionConfig;
import io.undertow.server.session.SessionListener;
import io.undertow.server.session.SessionListeners;
import io.undertow.server.session.SessionManager;
import io.undertow.server.session.SessionManagerStatistics;
import io.undertow.util.Headers;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gives Undertow's sessions out of an engine.
 *
 * <pre>{@code
 * HttpHandler root = new SessionAttachmentHandler(
 *         visits, new CloakroomSessionManager("shop", engine), new CloakroomSessionConfig(engine));
 * Undertow.builder().addHttpListener(8080, "localhost", new CloakroomHandler(engine, root)).build().start();
 * }</pre>
 *
 * <p><b>Opening.</b> With a {@link CloakroomHandler} before it, no method blocks that has an exchange. Without one, the
 * first call for an exchange opens the session on the caller's thread, which may block with a clustered store.
 *
 * <p><b>Storing.</b> What a request changed is stored, and its cookies are set, before its response leaves, see
 * {@link CloakroomHandler}. Changes after that are stored at once, on the caller's thread. Only attributes that changed
 * are stored, so concurrent requests that change different attributes keep each other's changes.
 *
 * <p><b>Ids.</b> {@code Session.getId()} returns a public name, which opens nothing as a cookie. It changes with a login
 * and with {@code changeSessionId}.
 *
 * <p><b>Values</b> are those of {@link ValueTypes}. <b>Listeners</b> are told of what requests do on this node. The
 * engine's own listener is told of all endings, expiry too. <b>Sessions are not listed</b>: the sets of ids are empty,
 * because an engine lists sessions by principal alone.
 *
 * <p>Safe for use by any number of threads. A session is for use by the thread that has its exchange.
 */
public final class CloakroomSessionManager implements SessionManager {

    private final String deploymentName;
    private final SessionEngine engine;
    private final ValueTypes types;
    private final SessionListeners listeners = new SessionListeners();
    private final long startTime = System.currentTimeMillis();
    private volatile @Nullable Duration defaultTimeout;

    /** Creates a manager of an engine's sessions, for the standard types of values. It does not close the engine. */
    public CloakroomSessionManager(String deploymentName, SessionEngine engine) {
        this(deploymentName, engine, ValueTypes.standard());
    }

    /** Creates a manager of an engine's sessions, for values of given types. It does not close the engine. */
    public CloakroomSessionManager(String deploymentName, SessionEngine engine, ValueTypes types) {
        this.deploymentName = Objects.requireNonNull(deploymentName, "deploymentName");
        this.engine = Objects.requireNonNull(engine, "engine");
        this.types = Objects.requireNonNull(types, "types");
    }

    @Override
    public String getDeploymentName() {
        return deploymentName;
    }

    /** Does nothing. */
    @Override
    public void start() {}

    /** Does nothing. The code that built the engine closes it. */
    @Override
    public void stop() {}

    /**
     * Returns a new session for a request, which is stored before the response leaves.
     *
     * @param config ignored: the engine has the cookie's settings
     * @throws IllegalStateException if the request has a session, or its response has begun
     */
    @Override
    public io.undertow.server.session.Session createSession(
            HttpServerExchange exchange, @Nullable SessionConfig config) {
        Request request = request(exchange);
        ManagedSession present = present(request);
        if (present != null) {
            throw new IllegalStateException("the request has a session already: call getSession first");
        }
        if (request.responseBegan()) {
            throw new IllegalStateException(
                    "the response has begun, so no cookie can be set: create the session before");
        }
        Session session = request.session();
        ManagedSession invalidated = request.managed();
        if (invalidated != null && invalidated.isInvalid()) {
            throw new IllegalStateException(
                    "the session of this request was ended: create another one in the next request");
        }
        session.keep();
        Duration timeout = defaultTimeout;
        if (timeout != null) {
            session.idleTimeout(timeout);
        }
        ManagedSession created = managed(request);
        listeners.sessionCreated(created, exchange);
        return created;
    }

    /**
     * Returns the session of a request, or null if it has none.
     *
     * @param config ignored: the engine has the cookie's settings
     */
    @Override
    public io.undertow.server.session.@Nullable Session getSession(
            HttpServerExchange exchange, @Nullable SessionConfig config) {
        return present(request(exchange));
    }

    /**
     * Returns the session of a public name, or null if there is none. Its changes are stored at once. This may block with
     * a clustered store.
     */
    @Override
    public io.undertow.server.session.@Nullable Session getSession(@Nullable String sessionId) {
        Session session = ManagedSession.find(engine, sessionId);
        return session == null ? null : new ManagedSession(this, engine, SessionValues.of(session, types), null);
    }

    private Request request(HttpServerExchange exchange) {
        Request request = Request.of(exchange);
        return request == null
                ? Request.begin(
                        exchange,
                        engine,
                        engine.open(exchange.getRequestHeaders().get(Headers.COOKIE)))
                : request;
    }

    private @Nullable ManagedSession present(Request request) {
        ManagedSession managed = request.managed();
        if (managed != null) {
            return managed.isInvalid() ? null : managed;
        }
        Session session = request.session();
        return session.isNew() || session.isEnded() ? null : managed(request);
    }

    private ManagedSession managed(Request request) {
        ManagedSession managed = new ManagedSession(this, engine, SessionValues.of(request.session(), types), request);
        request.manage(managed);
        return managed;
    }

    SessionListeners listeners() {
        return listeners;
    }

    @Override
    public void registerSessionListener(SessionListener listener) {
        listeners.addSessionListener(listener);
    }

    @Override
    public void removeSessionListener(SessionListener listener) {
        listeners.removeSessionListener(listener);
    }

    /**
     * Sets how long sessions live after their last access that are created from now on, in place of the engine's setting.
     *
     * @param timeout in seconds; 0 or less for the engine's setting
     */
    @Override
    public void setDefaultSessionTimeout(int timeout) {
        defaultTimeout = timeout <= 0 ? null : Duration.ofSeconds(timeout);
    }

    /** Returns an empty set. */
    @Override
    public Set<String> getTransientSessions() {
        return Set.of();
    }

    /** Returns an empty set. */
    @Override
    public Set<String> getActiveSessions() {
        return Set.of();
    }

    /** Returns an empty set. */
    @Override
    public Set<String> getAllSessions() {
        return Set.of();
    }

    /** Returns what the engine has counted: created and active sessions. What it does not count is -1. */
    @Override
    public SessionManagerStatistics getStatistics() {
        return new Statistics(engine, startTime);
    }

    private record Statistics(SessionEngine engine, long startTime) implements SessionManagerStatistics {

        private static final long UNKNOWN = -1;

        @Override
        public long getCreatedSessionCount() {
            return engine.metrics().created();
        }

        @Override
        public long getMaxActiveSessions() {
            return UNKNOWN;
        }

        @Override
        public long getActiveSessionCount() {
            return engine.metrics().sessions();
        }

        @Override
        public long getExpiredSessionCount() {
            return UNKNOWN;
        }

        @Override
        public long getRejectedSessions() {
            return UNKNOWN;
        }

        @Override
        public long getMaxSessionAliveTime() {
            return UNKNOWN;
        }

        @Override
        public long getAverageSessionAliveTime() {
            return UNKNOWN;
        }

        @Override
        public long getStartTime() {
            return startTime;
        }
    }
}
