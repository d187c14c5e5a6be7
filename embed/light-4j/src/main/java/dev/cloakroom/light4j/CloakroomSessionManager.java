package dev.cloakroom.light4j;

import com.networknt.session.Session;
import com.networknt.session.SessionManager;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.ValueTypes;
import io.undertow.server.HttpServerExchange;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Gives light-4j's sessions out of an engine. {@code service.yml} makes it:
 *
 * <pre>
 * singletons:
 * - com.networknt.session.SessionManager:
 *   - dev.cloakroom.light4j.CloakroomSessionManager
 * </pre>
 *
 * <p>Its engine is the one given to {@link #use}, or else one with a store on the heap and the settings of
 * {@code cloakroom.yml} (see {@link CloakroomConfig}).
 *
 * <p>Sessions are opened, stored and named as {@link dev.cloakroom.undertow.CloakroomSessionManager} says: the changes of
 * a request are stored and its cookies set before its response leaves, changes after that at once. {@code Session.getId()}
 * opens nothing as a cookie. With a {@link CloakroomMiddleware} in the chain, no call that has an exchange blocks. Without
 * one, the first call for an exchange may block with a clustered store.
 *
 * <p>Safe for use by any number of threads. A session is for use by the thread that has its exchange.
 */
public final class CloakroomSessionManager implements SessionManager {

    private final dev.cloakroom.undertow.CloakroomSessionManager sessions;

    /**
     * Creates a manager over the engine that {@link #use} was given, or that {@code cloakroom.yml} describes.
     *
     * @throws IllegalStateException if there is neither, or the file is wrong; the message says what to do
     */
    public CloakroomSessionManager() {
        this(Engines.current());
    }

    /** Creates a manager over an engine, which it does not close. */
    public CloakroomSessionManager(SessionEngine engine, ValueTypes types) {
        this(new Engines.Choice(engine, types));
    }

    private CloakroomSessionManager(Engines.Choice choice) {
        sessions = new dev.cloakroom.undertow.CloakroomSessionManager("Cloakroom", choice.engine(), choice.types());
    }

    /**
     * Sets the engine of the managers and handlers that light-4j makes, for the standard types of values. Call it before
     * the server starts, as from a {@code StartupHookProvider}. The code that built the engine closes it.
     */
    public static void use(SessionEngine engine) {
        use(engine, ValueTypes.standard());
    }

    /** Sets the engine of the managers and handlers that light-4j makes, for values of given types. */
    public static void use(SessionEngine engine, ValueTypes types) {
        Engines.use(
                new Engines.Choice(Objects.requireNonNull(engine, "engine"), Objects.requireNonNull(types, "types")));
    }

    @Override
    public String getDeploymentName() {
        return sessions.getDeploymentName();
    }

    /**
     * Returns a new session for a request, which is stored before the response leaves.
     *
     * @throws IllegalStateException if the request has a session, or its response has begun
     */
    @Override
    public Session createSession(HttpServerExchange exchange) {
        return new LightSession(sessions.createSession(exchange, null), exchange);
    }

    /** Returns the session of a request, or null if it has none. */
    @Override
    public @Nullable Session getSession(HttpServerExchange exchange) {
        io.undertow.server.session.Session session = sessions.getSession(exchange, null);
        return session == null ? null : new LightSession(session, exchange);
    }

    /** Returns the session of a public name, or null if there is none. Its changes are stored at once. */
    @Override
    public @Nullable Session getSession(@Nullable String sessionId) {
        io.undertow.server.session.Session session = sessions.getSession(sessionId);
        return session == null ? null : new LightSession(session, null);
    }

    /** Ends the session of a request for good. Returns it, or null if the request has none. */
    @Override
    public @Nullable Session removeSession(HttpServerExchange exchange) {
        io.undertow.server.session.Session session = sessions.getSession(exchange, null);
        if (session == null) {
            return null;
        }
        session.invalidate(exchange);
        return new LightSession(session, exchange);
    }

    /** Ends the session of a public name for good, if there is one. */
    @Override
    public void removeSession(@Nullable String sessionId) {
        io.undertow.server.session.Session session = sessions.getSession(sessionId);
        if (session != null) {
            session.invalidate(null);
        }
    }
}
