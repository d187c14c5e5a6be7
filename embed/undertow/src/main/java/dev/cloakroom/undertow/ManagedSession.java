package dev.cloakroom.undertow;

import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.SessionHandle;
import dev.cloakroom.SessionValues;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.session.SessionConfig;
import io.undertow.server.session.SessionListener.SessionDestroyedReason;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A session of Undertow's API over one of the engine. */
final class ManagedSession implements io.undertow.server.session.Session {

    private static final char SEPARATOR = '.';

    /** What Undertow's API means by a session that never times out; the engine's absolute timeout ends it. */
    private static final Duration WITHOUT_TIMEOUT = Duration.ofDays(365);

    private final CloakroomSessionManager manager;
    private final SessionEngine engine;
    private final SessionValues values;

    /** Null if the session was found by its name. */
    private final @Nullable Request request;

    private boolean invalid;
    private boolean wantsNewId;
    private boolean wantsEnd;

    ManagedSession(
            CloakroomSessionManager manager, SessionEngine engine, SessionValues values, @Nullable Request request) {
        this.manager = manager;
        this.engine = engine;
        this.values = values;
        this.request = request;
    }

    private Session session() {
        return values.session();
    }

    // Names

    /** Returns a session's public name. */
    static String name(Session session) {
        return name(session, session.idGeneration());
    }

    private static String name(Session session, long generation) {
        return session.handle().toString() + SEPARATOR + generation;
    }

    /** Returns the session of a name, or null if there is none or it has another name by now. */
    static @Nullable Session find(SessionEngine engine, @Nullable String name) {
        int separator = name == null ? -1 : name.indexOf(SEPARATOR);
        if (name == null || separator < 0) {
            return null;
        }
        SessionHandle handle;
        try {
            handle = SessionHandle.parse(name.substring(0, separator));
        } catch (IllegalArgumentException e) {
            return null;
        }
        Session session = engine.find(handle);
        return session == null || !name(session).equals(name) ? null : session;
    }

    @Override
    public String getId() {
        return name(
                session(), session().idGeneration() + (wantsNewId && !session().isNew() ? 1 : 0));
    }

    /**
     * Has the commit replace the session's id, and returns the name that it has then.
     *
     * @throws IllegalStateException if the response has begun, or the session was found by its name
     */
    @Override
    public String changeSessionId(@Nullable HttpServerExchange exchange, @Nullable SessionConfig config) {
        requireValid();
        if (request == null || request.responseBegan()) {
            throw new IllegalStateException(
                    "no cookie can be set, so the id cannot change: do this before the response of a request begins");
        }
        String before = getId();
        wantsNewId = true;
        manager.listeners().sessionIdChanged(this, before);
        return getId();
    }

    // Time

    @Override
    public long getCreationTime() {
        requireValid();
        return session().createdAt().toEpochMilli();
    }

    @Override
    public long getLastAccessedTime() {
        requireValid();
        return session().previousAccess().toEpochMilli();
    }

    @Override
    public void setMaxInactiveInterval(int interval) {
        requireValid();
        session().idleTimeout(interval <= 0 ? WITHOUT_TIMEOUT : Duration.ofSeconds(interval));
        changed();
    }

    @Override
    public int getMaxInactiveInterval() {
        requireValid();
        Duration timeout = session().idleTimeout();
        return timeout.compareTo(WITHOUT_TIMEOUT) >= 0
                ? -1
                : (int) Math.min(Math.max(1, timeout.toSeconds()), Integer.MAX_VALUE);
    }

    // Attributes

    @Override
    public @Nullable Object getAttribute(String name) {
        requireValid();
        return values.get(name);
    }

    @Override
    public Set<String> getAttributeNames() {
        requireValid();
        return values.names();
    }

    @Override
    public @Nullable Object setAttribute(String name, @Nullable Object value) {
        if (value == null) {
            return removeAttribute(name);
        }
        requireValid();
        Object before = values.get(name);
        values.put(name, value);
        if (before == null) {
            manager.listeners().attributeAdded(this, name, value);
        } else {
            manager.listeners().attributeUpdated(this, name, value, before);
        }
        changed();
        return before;
    }

    @Override
    public @Nullable Object removeAttribute(String name) {
        requireValid();
        Object before = values.get(name);
        values.remove(name);
        if (before != null) {
            manager.listeners().attributeRemoved(this, name, before);
        }
        changed();
        return before;
    }

    // The end

    @Override
    public void invalidate(@Nullable HttpServerExchange exchange) {
        requireValid();
        manager.listeners().sessionDestroyed(this, exchange, SessionDestroyedReason.INVALIDATED);
        invalid = true;
        if (request == null || request.responseBegan()) {
            if (!session().isNew()) {
                engine.end(session().handle());
            }
        } else {
            wantsEnd = true;
        }
    }

    @Override
    public boolean isInvalid() {
        return invalid || session().isEnded();
    }

    private void requireValid() {
        if (isInvalid()) {
            throw new IllegalStateException("the session has ended: get or create another one");
        }
    }

    @Override
    public void requestDone(HttpServerExchange exchange) {}

    @Override
    public CloakroomSessionManager getSessionManager() {
        return manager;
    }

    // Storing

    /** Stores a change for which there will be no commit. */
    private void changed() {
        if (request == null || request.responseBegan()) {
            engine.commitWithoutCookies(session());
        }
    }

    /** Puts what was changed in values into the session. */
    void writeChanges() {
        if (!isInvalid()) {
            values.writeChanges();
        }
    }

    /** Does what the request asked for, up to the commit. */
    CompletionStage<@Nullable Void> prepareCommit() {
        if (wantsEnd) {
            wantsEnd = false;
            return session().logoutAsync();
        }
        writeChanges();
        if (wantsNewId && !isInvalid()) {
            CompletionStage<@Nullable Void> renewed = session().renewIdAsync();
            wantsNewId = false;
            return renewed;
        }
        return CompletableFuture.completedFuture(null);
    }
}
