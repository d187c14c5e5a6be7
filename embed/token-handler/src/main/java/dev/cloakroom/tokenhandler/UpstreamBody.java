package dev.cloakroom.tokenhandler;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An upstream's body, to be read as it arrives. One part at a time is asked for, so that no more lies in memory. A read
 * that waits for longer than the idle timeout fails. When the session ends, an event stream is at its end, and any other
 * body fails: a client must not take a part of it for the whole.
 */
final class UpstreamBody extends InputStream implements HttpResponse.BodySubscriber<UpstreamBody> {

    private final Duration idleTimeout;
    private final boolean isEventStream;

    /** One part, an end or a failure is in it at most, and one more after a close. */
    private final BlockingQueue<Part> parts = new ArrayBlockingQueue<>(4);

    private final Queue<ByteBuffer> current = new ArrayDeque<>();
    private volatile Flow.@Nullable Subscription subscription;
    private volatile boolean closed;
    private volatile boolean sessionEnded;
    private OpenConnections.@Nullable Connection connection;
    private boolean ended;

    UpstreamBody(Duration idleTimeout, boolean isEventStream) {
        this.idleTimeout = idleTimeout;
        this.isEventStream = isEventStream;
    }

    /** Ends the body when the session ends, and the connection when the body is closed. */
    void endWith(OpenConnections.Connection open) {
        connection = open;
        open.onEnd(this::endSession);
    }

    private void endSession() {
        sessionEnded = true;
        cancel();
        // Wakes the reader.
        add(new Part(null, false));
    }

    /** Something that arrived: buffers, or the end if there are none. */
    private record Part(@Nullable List<ByteBuffer> buffers, boolean isFailure) {}

    // What the HTTP client calls

    @Override
    public CompletionStage<UpstreamBody> getBody() {
        return CompletableFuture.completedStage(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        if (closed) {
            given.cancel();
        } else {
            given.request(1);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        add(new Part(buffers, false));
    }

    @Override
    public void onError(Throwable failure) {
        add(new Part(null, true));
    }

    @Override
    public void onComplete() {
        add(new Part(null, false));
    }

    private void add(Part part) {
        if (!parts.offer(part) && !closed) {
            throw new IllegalStateException("the HTTP client sent more than was asked for");
        }
    }

    // What the response's reader calls

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        ByteBuffer buffer = next();
        if (buffer == null) {
            return -1;
        }
        int count = Math.min(length, buffer.remaining());
        buffer.get(target, offset, count);
        return count;
    }

    /** Returns a buffer that has something left, null at the end. */
    private @Nullable ByteBuffer next() throws IOException {
        while (true) {
            if (sessionEnded) {
                return nothingMore();
            }
            ByteBuffer first = current.peek();
            if (first != null && first.hasRemaining()) {
                return first;
            }
            if (first != null) {
                current.poll();
                if (current.isEmpty()) {
                    requestMore();
                }
                continue;
            }
            if (ended) {
                return null;
            }
            take();
        }
    }

    private @Nullable ByteBuffer nothingMore() throws IOException {
        if (isEventStream) {
            return null;
        }
        throw new IOException("the session has ended");
    }

    private void requestMore() {
        Flow.Subscription present = subscription;
        if (present != null) {
            present.request(1);
        }
    }

    private void take() throws IOException {
        Part part = poll();
        if (sessionEnded) {
            return;
        }
        if (part == null) {
            close();
            throw new IOException("the upstream was silent for " + idleTimeout.toSeconds() + " s");
        }
        List<ByteBuffer> buffers = part.buffers();
        if (buffers != null) {
            current.addAll(buffers);
            if (current.isEmpty()) {
                requestMore();
            }
        } else if (part.isFailure()) {
            throw new IOException("the upstream broke off");
        } else {
            ended = true;
        }
    }

    private @Nullable Part poll() throws IOException {
        try {
            return parts.poll(idleTimeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the upstream's response was read");
        }
    }

    @Override
    public void close() {
        ended = true;
        current.clear();
        cancel();
        if (connection != null) {
            connection.close();
        }
    }

    private void cancel() {
        closed = true;
        Flow.Subscription present = subscription;
        if (present != null) {
            present.cancel();
        }
    }
}
