package dev.cloakroom.chronicle;

import dev.cloakroom.store.SessionKey;
import net.openhft.chronicle.bytes.RandomDataInput;
import net.openhft.chronicle.hash.serialization.DataAccess;

/** Encodes the key of a session in 16 bytes. */
final class SessionKeyAccess extends FixedSizeKey<SessionKey> {

    static final int LENGTH = 2 * Long.BYTES;

    SessionKeyAccess() {
        super(LENGTH);
    }

    @Override
    void write(SessionKey key, long[] numbers) {
        numbers[0] = key.high();
        numbers[1] = key.low();
    }

    @Override
    SessionKey read(RandomDataInput in, long at) {
        return new SessionKey(in.readLong(at), in.readLong(at + Long.BYTES));
    }

    @Override
    public DataAccess<SessionKey> copy() {
        return new SessionKeyAccess();
    }
}
