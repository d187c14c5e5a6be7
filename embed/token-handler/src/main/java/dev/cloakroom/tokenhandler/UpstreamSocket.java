package dev.cloakroom.tokenhandler;

import java.io.IOException;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket to an upstream, joined to a browser's. Parts of messages pass both ways as they arrive. A side that does not
 * read keeps the other from sending.
 *
 * <p>The end of one side closes the other. The end of the session closes both, with the status 1008 for the browser.
 */
final class UpstreamSocket implements WebSocket.Listener {

    // Status codes: RFC 6455, section 7.4.1.
    private static final int NORMAL = 1000;
    private static final int GOING_AWAY = 1001;
    private static final int NO_STATUS = 1005;
    private static final int POLICY_VIOLATION = 1008;
    private static final int UNEXPECTED = 1011;
    private static final int FIRST_OF_APPLICATIONS = 3000;
    private static final int LAST = 4999;

    private static final int SECONDS_TO_CLOSE = 5;

    private final Duration sendTimeout;

    private volatile @Nullable WebSocket upstream;
    private volatile OpenConnections.@Nullable Connection connection;
    private @Nullable Browser browser;
    private @Nullable End end;

    /** @param sendTimeout how long the upstream may take to accept a part of a message */
    UpstreamSocket(Duration sendTimeout) {
        this.sendTimeout = sendTimeout;
    }

    /** What the browser is told at the end. */
    private record End(int status, String reason) {}

    /** The browser's side. Messages come from one thread at a time. A close may come from any thread. */
    interface Browser {

        void sendText(String part, boolean last) throws IOException;

        void sendBinary(ByteBuffer part, boolean last) throws IOException;

        void close(int status, String reason);
    }

    /** Closes both sides when the session ends, and the connection when they are closed. */
    void endWith(OpenConnections.Connection open) {
        connection = open;
        // On another thread: a browser that does not read must not delay a logout.
        open.onEnd(() -> CompletableFuture.runAsync(() -> end(POLICY_VIOLATION, "the session has ended", GOING_AWAY)));
    }

    /** Joins the browser's side. Messages of the upstream wait until then. */
    void join(Browser other) {
        End before = joined(other);
        WebSocket present = upstream;
        if (before != null) {
            other.close(before.status(), before.reason());
        } else if (present != null) {
            present.request(1);
        }
    }

    /** Returns how it ended if it has. */
    private synchronized @Nullable End joined(Browser other) {
        browser = other;
        return end;
    }

    private synchronized boolean isOver() {
        return end != null;
    }

    /** Returns the subprotocol that the upstream chose, empty if none. */
    String subprotocol() {
        WebSocket present = upstream;
        return present == null ? "" : present.getSubprotocol();
    }

    // What the browser sends

    void pass(String part, boolean last) {
        WebSocket present = upstream;
        if (present != null && !isOver()) {
            await(present.sendText(part, last));
        }
    }

    void pass(ByteBuffer part, boolean last) {
        WebSocket present = upstream;
        if (present != null && !isOver()) {
            await(present.sendBinary(part, last));
        }
    }

    private void await(CompletableFuture<WebSocket> sent) {
        try {
            sent.get(sendTimeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            end(UNEXPECTED, "the upstream broke off", UNEXPECTED);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            end(GOING_AWAY, "the server is stopping", GOING_AWAY);
        }
    }

    /** Is told that the browser's side is closed, or was never opened. */
    void browserClosed(int status) {
        end(NORMAL, "", isForApplications(status) || status == NORMAL ? status : GOING_AWAY);
    }

    // What the upstream sends

    @Override
    public void onOpen(WebSocket opened) {
        upstream = opened;
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
        return deliver(from, to -> to.sendText(part.toString(), last));
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer part, boolean last) {
        return deliver(from, to -> to.sendBinary(part, last));
    }

    private interface Delivery {
        void to(Browser browser) throws IOException;
    }

    private @Nullable CompletionStage<?> deliver(WebSocket from, Delivery delivery) {
        Browser to = present();
        if (to != null) {
            try {
                delivery.to(to);
                from.request(1);
            } catch (IOException | IllegalStateException e) {
                end(UNEXPECTED, "a message could not be sent", GOING_AWAY);
            }
        }
        return null;
    }

    private synchronized @Nullable Browser present() {
        return end == null ? browser : null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String reason) {
        end(forBrowser(status), reason, NORMAL);
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable failure) {
        end(UNEXPECTED, "the upstream broke off", UNEXPECTED);
    }

    // The end

    private void end(int browserStatus, String reason, int upstreamStatus) {
        Browser other;
        synchronized (this) {
            if (end != null) {
                return;
            }
            end = new End(browserStatus, reason);
            other = browser;
        }
        OpenConnections.Connection open = connection;
        if (open != null) {
            open.close();
        }
        closeUpstream(upstreamStatus);
        if (other != null) {
            other.close(browserStatus, reason);
        }
    }

    private void closeUpstream(int status) {
        WebSocket present = upstream;
        if (present == null) {
            return;
        }
        if (!present.isOutputClosed()) {
            present.sendClose(status, "");
        }
        // The upstream's answer to the close is among what is read.
        present.request(Long.MAX_VALUE);
        CompletableFuture.delayedExecutor(SECONDS_TO_CLOSE, TimeUnit.SECONDS).execute(present::abort);
    }

    private static boolean isForApplications(int status) {
        return status >= FIRST_OF_APPLICATIONS && status <= LAST;
    }

    /** Returns a status that may be sent to a browser: those from 1004 to 1006 and 1015 are never sent. */
    private static int forBrowser(int status) {
        if (status == NO_STATUS) {
            return NORMAL;
        }
        boolean isKnown = (status >= NORMAL && status < 1004) || (status > 1006 && status < 1014);
        return isKnown || isForApplications(status) ? status : UNEXPECTED;
    }
}
