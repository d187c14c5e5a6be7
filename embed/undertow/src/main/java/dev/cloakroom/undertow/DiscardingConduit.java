package dev.cloakroom.undertow;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.xnio.channels.StreamSourceChannel;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.StreamSinkConduit;

/** Takes the body of a response and sends none. */
final class DiscardingConduit extends AbstractStreamSinkConduit<StreamSinkConduit> {

    DiscardingConduit(StreamSinkConduit next) {
        super(next);
    }

    @Override
    public int write(ByteBuffer source) {
        int length = source.remaining();
        source.position(source.limit());
        return length;
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) {
        long total = 0;
        for (int i = offset; i < offset + length; i++) {
            total += write(sources[i]);
        }
        return total;
    }

    @Override
    public int writeFinal(ByteBuffer source) throws IOException {
        int length = write(source);
        terminateWrites();
        return length;
    }

    @Override
    public long writeFinal(ByteBuffer[] sources, int offset, int length) throws IOException {
        long total = write(sources, offset, length);
        terminateWrites();
        return total;
    }

    @Override
    public long transferFrom(FileChannel source, long position, long count) {
        return count;
    }

    @Override
    public long transferFrom(StreamSourceChannel source, long count, ByteBuffer throughBuffer) throws IOException {
        throughBuffer.clear();
        int read = source.read(throughBuffer);
        // Nothing is left in it to write.
        throughBuffer.position(0).limit(0);
        return read;
    }
}
