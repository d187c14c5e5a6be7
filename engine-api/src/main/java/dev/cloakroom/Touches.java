package dev.cloakroom;

import dev.cloakroom.store.AsyncSessionStore;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import dev.cloakroom.store.SessionStoreException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Stores accesses in a store that answers later, while the requests go on. A request waits for its own touch only in
 * three cases: the session would end soon without it ({@link Lifetimes#canTouchLate}), too many touches are under way, or
 * the store answers on the caller's thread anyway.
 *
 * <ul>
 *   <li>A session has at most one touch under way. Requests at the same time, and those within a touch interval after it
 *       began, are covered by it. When it ends, and a request came a touch interval or more after it began, the latest
 *       access is stored with another one. So the stored access is never further behind than a touch interval for longer
 *       than the store takes to answer.
 *   <li>A touch that fails is counted, and the next request tries again.
 *   <li>A touch that finds no session changes nothing: the request was answered from what it had loaded.
 *   <li>At most {@value #MOST_UNDER_WAY} are under way. Further requests wait for their touches.
 *   <li>{@link #close} waits for those that are under way, for {@value #CLOSES_WITHIN_SECONDS} seconds at most.
 * </ul>
 *
 * <p>Safe for use by any number of threads.
 */
final class Touches implements AutoCloseable {

    static final int MOST_UNDER_WAY = 1_024;

    static final int CLOSES_WITHIN_SECONDS = 5;

    private static final Logger LOGGER = System.getLogger("dev.cloakroom.SessionEngine");
    private static final long LOOK_AGAIN_MILLIS = 5;

    private final @Nullable AsyncSessionStore store;
    private final Lifetimes lifetimes;
    private final Meter meter;
    private final long interval;

    /** The latest touch of a session, under the low bits of its key, which are random. */
    private final AtomicReferenceArray<@Nullable Touch> slots;

    private final AtomicBoolean logged = new AtomicBoolean();
    private volatile boolean closed;

    Touches(EngineContext context) {
        this.store = context.store() instanceof AsyncSessionStore async ? async : null;
        this.lifetimes = context.lifetimes();
        this.meter = context.meter();
        this.interval = context.settings().touchInterval();
        this.slots = new AtomicReferenceArray<>(store == null ? 0 : MOST_UNDER_WAY);
    }

    /**
     * Sees to it that an access is stored, without waiting.
     *
     * @return false if the caller has to store it, and wait
     */
    boolean begin(SessionRecord record, long now) {
        AsyncSessionStore target = store;
        if (target == null || closed || !lifetimes.canTouchLate(record, now)) {
            return false;
        }
        SessionKey key = record.key();
        int slot = (int) key.low() & (MOST_UNDER_WAY - 1);
        while (true) {
            Touch latest = slots.get(slot);
            if (latest != null && latest.key.equals(key)) {
                return latest.cover(now);
            }
            if (latest != null && latest.isUnderWay()) {
                return false;
            }
            Touch first = new Touch(target, key, now);
            if (slots.compareAndSet(slot, latest, first)) {
                first.start(now);
                return true;
            }
        }
    }

    /** The touches of one session, one after the other. */
    private final class Touch {

        private final AsyncSessionStore target;
        private final SessionKey key;

        /** The access that is being stored, or was stored last. */
        private long instant;

        private long latestAccess;
        private boolean underWay = true;
        private boolean failed;

        Touch(AsyncSessionStore target, SessionKey key, long now) {
            this.target = target;
            this.key = key;
            this.instant = now;
            this.latestAccess = now;
        }

        synchronized boolean isUnderWay() {
            return underWay;
        }

        boolean cover(long now) {
            synchronized (this) {
                latestAccess = Math.max(latestAccess, now);
                if (underWay || (!failed && now - instant < interval)) {
                    return true;
                }
                underWay = true;
                instant = now;
            }
            start(now);
            return true;
        }

        /** Starts to store an access. The store may answer before this returns. */
        void start(long access) {
            meter.touches.increment();
            CompletionStage<Boolean> stage;
            try {
                stage = target.touchAsync(key, access);
            } catch (RuntimeException e) {
                end(e);
                return;
            }
            CompletionStage<Boolean> unused = stage.whenComplete((stored, failure) -> end(failure));
        }

        private void end(@Nullable Throwable failure) {
            if (failure != null) {
                meter.failedTouches.increment();
                logUnexpected(failure);
            }
            long next;
            synchronized (this) {
                failed = failure != null;
                // A failure is tried again for a later request alone, or a store that is down would never be at rest.
                underWay = !closed && (failed ? latestAccess > instant : latestAccess - instant >= interval);
                if (!underWay) {
                    return;
                }
                instant = latestAccess;
                next = latestAccess;
            }
            start(next);
        }
    }

    /** Logs once what no store should fail with: no caller gets it. */
    private void logUnexpected(Throwable failure) {
        if (!(Flow.unwrapped(failure) instanceof SessionStoreException) && !logged.getAndSet(true)) {
            LOGGER.log(
                    Level.WARNING,
                    "the last access of a session could not be stored, for a fault of the store; requests go on, and"
                            + " further failures are counted as failed touches",
                    failure);
        }
    }

    private boolean isAnyUnderWay() {
        for (int slot = 0; slot < slots.length(); slot++) {
            Touch touch = slots.get(slot);
            if (touch != null && touch.isUnderWay()) {
                return true;
            }
        }
        return false;
    }

    /** Starts no more touches, and waits for those that are under way. */
    @Override
    public void close() {
        closed = true;
        long deadline =
                System.nanoTime() + Duration.ofSeconds(CLOSES_WITHIN_SECONDS).toNanos();
        boolean interrupted = false;
        while (isAnyUnderWay() && System.nanoTime() < deadline) {
            try {
                TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
