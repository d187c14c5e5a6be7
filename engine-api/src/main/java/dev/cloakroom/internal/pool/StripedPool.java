package dev.cloakroom.internal.pool;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/**
 * Lends objects that one thread at a time may use and that are dear to make. A thread starts at a slot that its id picks;
 * slots lie on cache lines of their own, so threads on different processors seldom meet. When the slot is empty a new
 * object is made, when it is full the object given back is dropped: nobody ever waits. Unlike a {@code ThreadLocal} it
 * holds no more objects than there are slots, whatever the number of (virtual) threads.
 *
 * <p>Safe for use by any number of threads. What one thread did to an object before it gave it back is visible to the
 * next that takes it.
 *
 * @param <T> what is lent
 */
public final class StripedPool<T> {

    /** References of four or eight bytes, on cache lines fetched in pairs. */
    private static final int SPACING = 32;

    private final Supplier<T> maker;
    private final AtomicReferenceArray<T> slots;
    private final int mask;

    /** Makes an empty pool. */
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
