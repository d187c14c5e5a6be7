package dev.cloakroom.chronicle;

import net.openhft.chronicle.algo.hashing.LongHashFunction;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.bytes.RandomDataInput;
import net.openhft.chronicle.hash.AbstractData;
import net.openhft.chronicle.hash.Data;
import net.openhft.chronicle.hash.serialization.DataAccess;
import net.openhft.chronicle.hash.serialization.SizedReader;
import net.openhft.chronicle.wire.WireIn;
import net.openhft.chronicle.wire.WireOut;
import org.jspecify.annotations.Nullable;

/**
 * Gives Chronicle Map access to keys of a few longs through reused arrays, without allocation. Chronicle makes a copy
 * for each thread.
 *
 * <p>A read hashes and compares the longs of a key. The bytes are made when an entry is written.
 *
 * @param <K> the type of keys
 */
abstract class FixedSizeKey<K> extends AbstractData<K> implements DataAccess<K>, SizedReader<K> {

    private final transient long[] numbers;
    private transient @Nullable BytesStore<?, ?> buffer;
    private transient @Nullable K key;

    FixedSizeKey(int length) {
        numbers = new long[length / Long.BYTES];
    }

    /** Writes a key to an array of longs. */
    abstract void write(K key, long[] numbers);

    /** Reads a key at an offset. */
    abstract K read(RandomDataInput in, long at);

    @Override
    public final Data<K> getData(K instance) {
        key = instance;
        write(instance, numbers);
        return this;
    }

    @Override
    public final void uninit() {
        key = null;
    }

    @Override
    public final RandomDataInput bytes() {
        if (buffer == null) {
            buffer = BytesStore.wrap(new byte[numbers.length * Long.BYTES]);
        }
        for (int i = 0; i < numbers.length; i++) {
            buffer.writeLong((long) i * Long.BYTES, numbers[i]);
        }
        return buffer;
    }

    @Override
    public final long offset() {
        return 0;
    }

    @Override
    public final long size() {
        return (long) numbers.length * Long.BYTES;
    }

    /** Returns the hash of {@link #bytes}. Chronicle computes the same hash from the bytes of an entry. */
    @Override
    public final long hash(LongHashFunction function) {
        return function.hashLongs(numbers);
    }

    @Override
    public final boolean equivalent(RandomDataInput other, long at) {
        for (int i = 0; i < numbers.length; i++) {
            if (other.readLong(at + (long) i * Long.BYTES) != numbers[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public final K get() {
        if (key == null) {
            throw new IllegalStateException("no key");
        }
        return key;
    }

    @Override
    public final K getUsing(@Nullable K using) {
        return get();
    }

    @Override
    public final K read(Bytes<?> in, long size, @Nullable K using) {
        return read(in, in.readPosition());
    }

    @Override
    public final void writeMarshallable(WireOut wire) {
        // The class alone says all.
    }

    @Override
    public final void readMarshallable(WireIn wire) {
        // The class alone says all.
    }
}
