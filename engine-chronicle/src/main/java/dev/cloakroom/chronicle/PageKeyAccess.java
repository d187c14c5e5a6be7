package dev.cloakroom.chronicle;

import dev.cloakroom.store.PrincipalKey;
import net.openhft.chronicle.bytes.RandomDataInput;
import net.openhft.chronicle.hash.serialization.DataAccess;

/** Encodes the key of a page of the index in 24 bytes. */
final class PageKeyAccess extends FixedSizeKey<PageKey> {

    static final int LENGTH = 3 * Long.BYTES;

    PageKeyAccess() {
        super(LENGTH);
    }

    @Override
    void write(PageKey key, long[] numbers) {
        numbers[0] = key.principal().high();
        numbers[1] = key.principal().low();
        numbers[2] = key.page();
    }

    @Override
    PageKey read(RandomDataInput in, long at) {
        return new PageKey(
                new PrincipalKey(in.readLong(at), in.readLong(at + Long.BYTES)), in.readLong(at + 2 * Long.BYTES));
    }

    @Override
    public DataAccess<PageKey> copy() {
        return new PageKeyAccess();
    }
}
