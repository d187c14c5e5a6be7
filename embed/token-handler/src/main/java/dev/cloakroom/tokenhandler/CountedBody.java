package dev.cloakroom.tokenhandler;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicReference;

/** A request's body on its way to an upstream: counted, and watched for progress. It does not close what it reads. */
final class CountedBody extends FilterInputStream {

    private final long limit;
    private final long length;
    private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);
    private long count;
    private volatile boolean ended;
    private volatile long lastRead = System.nanoTime();

    /**
     * Takes a body.
     *
     * @param length -1 if it is not known
     */
    CountedBody(InputStream body, long limit, long length) {
        super(body);
        this.limit = limit;
        this.length = length;
    }

    private enum State {
        IDLE,
        READING,
        DETACHED
    }

    /** A body that has more bytes than allowed. */
    static final class TooLargeException extends IOException {

        private static final long serialVersionUID = 1;

        TooLargeException() {
            super("the body is larger than allowed");
        }
    }

    /** Returns when something was read last, by {@link System#nanoTime}. */
    long lastRead() {
        return lastRead;
    }

    /** Returns whether all of it was read. */
    boolean isAtEnd() {
        return ended;
    }

    /**
     * Ends the reading: the HTTP client reads on a thread of its own, which may outlive the request.
     *
     * @return false if it is reading right now, so that what is left must not be read by another thread
     */
    boolean detach() {
        return state.compareAndSet(State.IDLE, State.DETACHED) || state.get() == State.DETACHED;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int wanted) throws IOException {
        if (!state.compareAndSet(State.IDLE, State.READING)) {
            throw new IOException("the request is over");
        }
        try {
            int read = super.read(buffer, offset, wanted);
            count(read);
            return read;
        } finally {
            state.set(State.IDLE);
        }
    }

    private void count(int read) throws IOException {
        lastRead = System.nanoTime();
        count += Math.max(0, read);
        if (read < 0 || count == length) {
            ended = true;
        }
        if (count > limit) {
            throw new TooLargeException();
        }
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    @Override
    public void close() {}
}
