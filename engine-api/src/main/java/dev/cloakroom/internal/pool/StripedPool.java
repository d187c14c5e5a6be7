package dev.cloakroom.internal.pool;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/**
 * Lends objects that are expensive to make and that only one thread at a time may use. The id of a thread selects its
 * slot. Slots lie on separate cache lines, so threads on different processors rarely conflict. No call waits: an empty
 * slot causes a new object, and an object that is returned to a full slot replaces the one there. Unlike a
 * {@code ThreadLocal}, the pool holds no more objects than slots, for any number of (virtual) threads.
 *
 * <p>Thread-safe. The changes of one thread to an object are visible to the next thread that takes it.
 *
 * @param <T> the type of the objects
 */
public final class StripedPool<T> {

    /** References of four or eight bytes, on cache lines fetched in pairs. */
    private static final int SPACING = 32;

    private final Supplier<T> maker;
    private final AtomicReferenceArray<T> slots;
    private final int mask;

    /** Creates an empty pool. */
    public StripedPool(Supplier<T> maker) {
        this.maker = maker;
        int stripes = Integer.highestOneBit(Math.max(2, 4 * Runtime.getRuntime().availableProcessors() - 1));
        this.slots = new AtomicReferenceArray<>((stripes + 1) * SPACING);
        this.mask = stripes - 1;
    }

    /** Returns an object that no other thread has. */
    public T take() {
        T object = slots.getAndSet(slot(), null);
        return object == null ? maker.get() : object;
    }

    /** Gives an object back. The caller must not use it afterwards. */
    public void give(T object) {
        slots.lazySet(slot(), object);
    }

    private int slot() {
        long id = Thread.currentThread().getId();
        int spread = (int) ((id * 0x9E3779B97F4A7C15L) >>> Integer.SIZE);
        return ((spread & mask) + 1) * SPACING;
    }
}
