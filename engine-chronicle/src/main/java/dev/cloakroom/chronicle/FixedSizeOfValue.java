package dev.cloakroom.chronicle;

import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.hash.serialization.SizeMarshaller;
import net.openhft.chronicle.wire.WireIn;
import net.openhft.chronicle.wire.WireOut;

/**
 * Writes the length of a value in four bytes with one store, which is atomic when the process is killed. Chronicle's
 * variable-length form takes several stores. A half-written length could damage the neighbouring entries.
 */
final class FixedSizeOfValue implements SizeMarshaller {

    @Override
    public int storingLength(long size) {
        return Integer.BYTES;
    }

    @Override
    public long minStorableSize() {
        return 0;
    }

    @Override
    public long maxStorableSize() {
        return Integer.MAX_VALUE;
    }

    @Override
    public int minStoringLengthOfSizesInRange(long minSize, long maxSize) {
        return Integer.BYTES;
    }

    @Override
    public int maxStoringLengthOfSizesInRange(long minSize, long maxSize) {
        return Integer.BYTES;
    }

    @Override
    public void writeSize(Bytes<?> out, long size) {
        out.writeInt(Math.toIntExact(size));
    }

    @Override
    public long readSize(Bytes<?> in) {
        return in.readInt();
    }

    @Override
    public void writeMarshallable(WireOut wire) {
        // It has no state.
    }

    @Override
    public void readMarshallable(WireIn wire) {
        // It has no state.
    }
}
