package dev.cloakroom.infinispan;

import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Numbers that no node gives twice, never 0: each counts from a random start. That two nodes that give 2^40 numbers each
 * come to meet has a chance of 2^-23. They are not secret.
 */
final class UniqueNumbers implements LongSupplier {

    /** Odd, so it takes 2^64 steps to come round; and far from 1, so that neighbouring starts do not meet soon. */
    private static final long STEP = 0x9E3779B97F4A7C15L;

    private final AtomicLong last;

    UniqueNumbers(long start) {
        last = new AtomicLong(start);
    }

    static UniqueNumbers random() {
        return new UniqueNumbers(new SecureRandom().nextLong());
    }

    @Override
    public long getAsLong() {
        long next = last.addAndGet(STEP);
        return next != 0 ? next : last.addAndGet(STEP);
    }
}
