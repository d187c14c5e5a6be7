package dev.cloakroom.tokenhandler;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A request's body on its way to an upstream: counted, and watched for progress. It does not close what it reads. */
final class CountedBody extends FilterInputStream {

    private final long limit;
    private long count;
    private volatile long lastRead = System.nanoTime();

    CountedBody(InputStream body, long limit) {
        super(body);
        this.limit = limit;
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

    @Override
    public int read() throws IOException {
        int read = super.read();
        if (read >= 0) {
            count(1);
        }
        return read;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int read = super.read(buffer, offset, length);
        if (read > 0) {
            count(read);
        }
        return read;
    }

    private void count(int bytes) throws IOException {
        lastRead = System.nanoTime();
        count += bytes;
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
