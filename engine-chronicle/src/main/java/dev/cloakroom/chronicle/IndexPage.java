package dev.cloakroom.chronicle;

import dev.cloakroom.store.SessionKey;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** A view of the bytes of one page of the index: a few numbers, then references. Not thread-safe. */
final class IndexPage {

    /** The length of a reference in bytes: i64 key high | i64 key low | i64 order. */
    static final int REFERENCE_LENGTH = 3 * Long.BYTES;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final int numbers;
    private byte[] bytes;

    private IndexPage(int numbers, byte[] bytes) {
        this.numbers = numbers;
        this.bytes = bytes;
    }

    /** Returns an empty page. */
    static IndexPage empty(int numbers) {
        return new IndexPage(numbers, new byte[numbers * Long.BYTES]);
    }

    /** Returns the page with the given bytes. The page may modify them. */
    static IndexPage of(int numbers, byte[] bytes) {
        return new IndexPage(numbers, bytes);
    }

    byte[] bytes() {
        return bytes;
    }

    long number(int index) {
        return (long) LONG.get(bytes, index * Long.BYTES);
    }

    void number(int index, long value) {
        LONG.set(bytes, index * Long.BYTES, value);
    }

    /** Returns the number of references. */
    int size() {
        return (bytes.length - numbers * Long.BYTES) / REFERENCE_LENGTH;
    }

    /** Returns the index of a session's reference, or -1 if there is none. */
    int indexOf(SessionKey key) {
        for (int i = 0; i < size(); i++) {
            if ((long) LONG.get(bytes, at(i)) == key.high()
                    && (long) LONG.get(bytes, at(i) + Long.BYTES) == key.low()) {
                return i;
            }
        }
        return -1;
    }

    void append(Reference reference) {
        int last = size();
        bytes = Arrays.copyOf(bytes, bytes.length + REFERENCE_LENGTH);
        set(last, reference);
    }

    void set(int index, Reference reference) {
        LONG.set(bytes, at(index), reference.key().high());
        LONG.set(bytes, at(index) + Long.BYTES, reference.key().low());
        LONG.set(bytes, at(index) + 2 * Long.BYTES, reference.order());
    }

    Reference removeLast() {
        Reference last = get(size() - 1);
        bytes = Arrays.copyOf(bytes, bytes.length - REFERENCE_LENGTH);
        return last;
    }

    void addTo(List<Reference> references) {
        for (int i = 0; i < size(); i++) {
            references.add(get(i));
        }
    }

    private Reference get(int index) {
        return new Reference(
                new SessionKey((long) LONG.get(bytes, at(index)), (long) LONG.get(bytes, at(index) + Long.BYTES)),
                (long) LONG.get(bytes, at(index) + 2 * Long.BYTES));
    }

    private int at(int index) {
        return numbers * Long.BYTES + index * REFERENCE_LENGTH;
    }

    /**
     * A reference to a session of a principal.
     *
     * @param key the session's key
     * @param order the session's place in the order of binding
     */
    record Reference(SessionKey key, long order) {}
}
