package dev.cloakroom.chronicle;

import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.hash.serialization.SizedReader;
import net.openhft.chronicle.hash.serialization.SizedWriter;
import net.openhft.chronicle.wire.WireIn;
import net.openhft.chronicle.wire.WireOut;
import org.jspecify.annotations.Nullable;

/** Reads and writes {@link StoredSession}s of the map. Stateless. */
final class StoredSessionMarshaller implements SizedReader<StoredSession>, SizedWriter<StoredSession> {

    @Override
    public StoredSession read(Bytes<?> in, long size, @Nullable StoredSession using) {
        if (using == null) {
            byte[] bytes = new byte[Math.toIntExact(size)];
            in.read(bytes);
            return StoredSession.of(bytes);
        }
        using.readFrom(in, Math.toIntExact(size));
        return using;
    }

    @Override
    public long size(StoredSession value) {
        return value.bytes().length;
    }

    @Override
    public void write(Bytes<?> out, long size, StoredSession value) {
        out.write(value.bytes());
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
