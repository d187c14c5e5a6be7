package dev.cloakroom.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands still until it is told to advance. Safe for use by any number of threads. */
public final class ManualClock implements InstantSource {

    private final AtomicLong millis;

    /** Makes a clock that shows an instant, to the millisecond. */
    public ManualClock(Instant start) {
        millis = new AtomicLong(start.toEpochMilli());
    }

    /** Moves the clock forward. */
    public void advance(Duration span) {
        millis.addAndGet(span.toMillis());
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis.get());
    }

    @Override
    public long millis() {
        return millis.get();
    }
}
