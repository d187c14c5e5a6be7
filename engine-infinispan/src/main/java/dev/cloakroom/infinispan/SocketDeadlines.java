package dev.cloakroom.infinispan;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes sockets on which an operation takes longer than it may. A blocked write has no timeout of its own, and the
 * timeout of a read counts anew with each byte; closing the socket ends both at once. One thread watches all sockets.
 * It ends when {@link #close} has been called and no socket is left, or {@value #LEFTOVER_SECONDS} seconds later, when
 * it closes those that are left.
 *
 * <p>Thread-safe.
 */
final class SocketDeadlines implements AutoCloseable {

    private static final long PRECISION_MILLIS = 50;
    private static final int LEFTOVER_SECONDS = 5;
    private static final long NONE = 0;

    private final Set<Watched> sockets = ConcurrentHashMap.newKeySet();
    private @Nullable Thread thread;
    private volatile long closedAt = NONE;

    /** A socket with a deadline for what is in progress on it. */
    static final class Watched implements AutoCloseable {

        private final SocketDeadlines owner;
        private final Socket socket;
        private volatile long deadline = NONE;
        private volatile boolean overdue;

        private Watched(SocketDeadlines owner, Socket socket) {
            this.owner = owner;
            this.socket = socket;
        }

        /** Sets a deadline, counted from now, for what begins now. */
        void begin(Duration limit) {
            deadline = notNone(System.nanoTime() + limit.toNanos());
        }

        /** Sets an earlier deadline, if something is in progress. */
        void shorten(Duration limit) {
            long sooner = notNone(System.nanoTime() + limit.toNanos());
            long set = deadline;
            if (set != NONE && sooner - set < 0) {
                deadline = sooner;
            }
        }

        /** Ends what is in progress. */
        void end() {
            deadline = NONE;
        }

        /** Returns whether the socket was closed because a deadline had passed. */
        boolean isOverdue() {
            return overdue;
        }

        private static long notNone(long instant) {
            return instant == NONE ? 1 : instant;
        }

        private void check(long now) {
            long set = deadline;
            if (set != NONE && now - set > 0) {
                overdue = true;
                closeSocket();
            }
        }

        private void closeSocket() {
            try {
                socket.close();
            } catch (IOException e) {
                // It is of no use any more.
            }
        }

        /** Closes the socket. Never blocks. */
        @Override
        public void close() {
            owner.sockets.remove(this);
            closeSocket();
        }
    }

    /** Watches a socket until it is closed by what this returns. */
    Watched watch(Socket socket) {
        Watched watched = new Watched(this, socket);
        sockets.add(watched);
        start();
        return watched;
    }

    private synchronized void start() {
        if (thread == null && !isOver()) {
            thread = new Thread(this::run, "cloakroom-infinispan-deadlines");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void run() {
        while (!isOver()) {
            try {
                long now = System.nanoTime();
                sockets.forEach(socket -> socket.check(now));
            } catch (RuntimeException | Error e) {
                // The next round tries again.
            }
            try {
                TimeUnit.MILLISECONDS.sleep(PRECISION_MILLIS);
            } catch (InterruptedException e) {
                // Nothing interrupts this thread on purpose; close() ends it.
            }
        }
        sockets.forEach(Watched::close);
    }

    private boolean isOver() {
        long closed = closedAt;
        return closed != NONE
                && (sockets.isEmpty() || System.nanoTime() - closed > TimeUnit.SECONDS.toNanos(LEFTOVER_SECONDS));
    }

    /** Ends the thread as soon as all sockets are closed. */
    @Override
    public void close() {
        if (closedAt == NONE) {
            closedAt = Watched.notNone(System.nanoTime());
        }
    }
}
