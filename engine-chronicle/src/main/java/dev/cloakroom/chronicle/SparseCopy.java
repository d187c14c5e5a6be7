package dev.cloakroom.chronicle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Copies a sparse file. Does not write blocks of zeros, so the holes remain. */
final class SparseCopy {

    private static final int BUFFER = 1 << 20;
    private static final int BLOCK = 4096;
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(BLOCK).asReadOnlyBuffer();

    private SparseCopy() {}

    /** Copies a file to an empty one. */
    static void copy(Path from, Path to) throws IOException {
        try (FileChannel source = FileChannel.open(from, StandardOpenOption.READ);
                FileChannel target = FileChannel.open(to, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
            long length = source.size();
            for (long at = 0; at < length; at += buffer.limit()) {
                buffer.clear();
                while (buffer.hasRemaining() && source.read(buffer, at + buffer.position()) >= 0) {
                    // Until the buffer is full or the file ends.
                }
                buffer.flip();
                writeBlocks(buffer, target, at);
            }
            if (length > 0 && target.size() < length) {
                target.write(ByteBuffer.allocate(1), length - 1);
            }
        }
    }

    private static void writeBlocks(ByteBuffer buffer, FileChannel target, long at) throws IOException {
        int end = buffer.limit();
        int from = 0;
        while (from < end) {
            if (isZero(buffer, from, end)) {
                from += BLOCK;
                continue;
            }
            int to = from + BLOCK;
            while (to < end && !isZero(buffer, to, end)) {
                to += BLOCK;
            }
            ByteBuffer run = buffer.slice(from, Math.min(to, end) - from);
            for (long written = from; run.hasRemaining(); ) {
                written += target.write(run, at + written);
            }
            from = to;
        }
    }

    private static boolean isZero(ByteBuffer buffer, int from, int end) {
        int length = Math.min(BLOCK, end - from);
        return buffer.slice(from, length).equals(ZEROS.slice(0, length));
    }
}
