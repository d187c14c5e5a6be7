package dev.cloakroom.tokenhandler;

import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.SessionHandle;
import dev.cloakroom.store.SessionStoreException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Ends the answers and WebSockets that are open for a session when the session ends.
 *
 * <p>When the handler itself ends a session on this node, they end at once. The session of each that stays open is looked up
 * at an interval. This finds every other end: an expiry, an administrator's {@link SessionEngine#end}, and an end on another
 * node. The lookup is no access of the session. While nothing is open, nothing runs.
 *
 * <p>Safe for use by any number of threads.
 */
final class OpenConnections {

    private final SessionEngine engine;
    private final Predicate<Session> isAlive;
    private final Duration interval;
    private final Map<SessionHandle, Set<Connection>> open = new ConcurrentHashMap<>();
    private final AtomicBoolean isCheckPlanned = new AtomicBoolean();

    /** @param isAlive says whether a session that the engine still has may be used on */
    OpenConnections(SessionEngine engine, Predicate<Session> isAlive, Duration interval) {
        this.engine = engine;
        this.isAlive = isAlive;
        this.interval = interval;
    }

    /** An answer or a WebSocket that is open for a session. Close it when it has ended by itself. */
    final class Connection implements AutoCloseable {

        private final SessionHandle handle;
        private @Nullable Runnable action;
        private boolean isOver;

        private Connection(SessionHandle handle) {
            this.handle = handle;
        }

        /** Sets what to do when the session ends, in place of what was set before. It is done now if that has happened. */
        void onEnd(Runnable whatToDo) {
            synchronized (this) {
                if (!isOver) {
                    action = whatToDo;
                    return;
                }
            }
            whatToDo.run();
        }

        /** Returns whether the session has ended. */
        synchronized boolean isOver() {
            return isOver;
        }

        private void end() {
            Runnable toDo;
            synchronized (this) {
                isOver = true;
                toDo = action;
                action = null;
            }
            if (toDo != null) {
                toDo.run();
            }
        }

        @Override
        public void close() {
            open.computeIfPresent(handle, (key, connections) -> {
                connections.remove(this);
                return connections.isEmpty() ? null : connections;
            });
        }
    }

    /** Begins to watch a session for something that is open. */
    Connection open(SessionHandle handle) {
        Connection connection = new Connection(handle);
        open.compute(handle, (key, present) -> {
            Set<Connection> connections = present == null ? ConcurrentHashMap.newKeySet() : present;
            connections.add(connection);
            return connections;
        });
        planCheck();
        return connection;
    }

    /**
     * Ends a session, and what is open for it.
     *
     * @return false if the session was over already
     */
    boolean endSession(SessionHandle handle) {
        boolean ended = engine.end(handle);
        sessionEnded(handle);
        return ended;
    }

    /** Ends what is open for a session that has ended. */
    void sessionEnded(SessionHandle handle) {
        Set<Connection> connections = open.remove(handle);
        if (connections != null) {
            connections.forEach(Connection::end);
        }
    }

    private void planCheck() {
        if (isCheckPlanned.compareAndSet(false, true)) {
            CompletableFuture.delayedExecutor(interval.toMillis(), TimeUnit.MILLISECONDS)
                    .execute(this::check);
        }
    }

    private void check() {
        try {
            open.keySet().forEach(this::check);
        } finally {
            isCheckPlanned.set(false);
            if (!open.isEmpty()) {
                planCheck();
            }
        }
    }

    private void check(SessionHandle handle) {
        engine.findAsync(handle).whenComplete((session, failure) -> {
            // Nothing is known while the store cannot answer: the next check will tell.
            boolean isUnknown = failure != null && isOutage(failure);
            if (!isUnknown && (session == null || !isAlive.test(session))) {
                sessionEnded(handle);
            }
        });
    }

    private static boolean isOutage(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof SessionStoreException;
    }
}
