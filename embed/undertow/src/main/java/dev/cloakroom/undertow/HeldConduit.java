package dev.cloakroom.undertow;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.xnio.channels.StreamSourceChannel;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.StreamSinkConduit;

/**
 * Takes no byte of a response until it is released. To writers it looks like a connection whose buffer is full.
 *
 * <p>It is used as conduits are: by one thread at a time. Only the I/O thread releases it.
 */
final class HeldConduit extends AbstractStreamSinkConduit<StreamSinkConduit> {

    private final CountDownLatch releasing = new CountDownLatch(1);
    private volatile boolean released;
    private boolean resumed;
    private boolean terminated;

    HeldConduit(StreamSinkConduit next) {
        super(next);
    }

    /** Lets the response go. */
    synchronized void release() {
        released = true;
        releasing.countDown();
        if (terminated) {
            try {
                next.terminateWrites();
            } catch (IOException e) {
                // The connection is broken. The writer is told when it flushes.
                resumed = true;
            }
        }
        if (resumed) {
            next.wakeupWrites();
        }
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        return released ? next.write(source) : 0;
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        return released ? next.write(sources, offset, length) : 0;
    }

    @Override
    public int writeFinal(ByteBuffer source) throws IOException {
        return released ? next.writeFinal(source) : 0;
    }

    @Override
    public long writeFinal(ByteBuffer[] sources, int offset, int length) throws IOException {
        return released ? next.writeFinal(sources, offset, length) : 0;
    }

    @Override
    public long transferFrom(FileChannel source, long position, long count) throws IOException {
        return released ? next.transferFrom(source, position, count) : 0;
    }

    @Override
    public long transferFrom(StreamSourceChannel source, long count, ByteBuffer throughBuffer) throws IOException {
        if (released) {
            return next.transferFrom(source, count, throughBuffer);
        }
        // Read something, so that the caller waits for the sink, not for the source.
        throughBuffer.clear();
        if (count < throughBuffer.limit()) {
            throughBuffer.limit((int) count);
        }
        int read = source.read(throughBuffer);
        throughBuffer.flip();
        return Math.min(read, 0);
    }

    @Override
    public boolean flush() throws IOException {
        return released && next.flush();
    }

    @Override
    public synchronized void terminateWrites() throws IOException {
        if (released) {
            next.terminateWrites();
        } else {
            terminated = true;
        }
    }

    @Override
    public boolean isWriteShutdown() {
        return terminated || next.isWriteShutdown();
    }

    @Override
    public synchronized void resumeWrites() {
        if (released) {
            next.resumeWrites();
        } else {
            resumed = true;
        }
    }

    @Override
    public synchronized void wakeupWrites() {
        if (released) {
            next.wakeupWrites();
        } else {
            resumed = true;
        }
    }

    @Override
    public synchronized void suspendWrites() {
        if (released) {
            next.suspendWrites();
        } else {
            resumed = false;
        }
    }

    @Override
    public synchronized boolean isWriteResumed() {
        return released ? next.isWriteResumed() : resumed;
    }

    @Override
    public void awaitWritable() throws IOException {
        try {
            releasing.await();
        } catch (InterruptedException e) {
            throw interrupted();
        }
        // The writer tries again now. If there is no room, it waits for the connection next.
    }

    @Override
    public void awaitWritable(long time, TimeUnit unit) throws IOException {
        try {
            // Whether the time was long enough, the writer finds out when it tries again.
            boolean ignored = releasing.await(time, unit);
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    private static InterruptedIOException interrupted() {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("interrupted while the session is being stored");
    }
}
