package dev.cloakroom;

import dev.cloakroom.internal.id.IdState;
import dev.cloakroom.store.SessionRecord;
import org.jspecify.annotations.Nullable;

/**
 * Computes how long sessions and ids live. A record contains the deadlines that the store needs for sweeping. Each
 * lookup computes the effective deadlines from the times in the record and the engine's present settings, so changed
 * settings apply to sessions that were stored before.
 *
 * <p>Thread-safe.
 */
final class Lifetimes {

    /** Longer than a store takes to answer, or to give up. */
    private static final long LATEST_TOUCH_MILLIS = 30_000;

    private final EngineSettings settings;
    private final EngineClock clock;

    Lifetimes(EngineSettings settings, EngineClock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    /** Returns the reason why a session has ended, or null if it is live. */
    @Nullable
    EndReason over(SessionRecord record, long now) {
        byte[] data = record.data();
        long began = clock.read(RecordHead.authenticatedAt(data), now);
        EngineSettings.Timeouts timeouts = settings.timeouts(RecordHead.persistence(data));
        if (now - began >= timeouts.absolute()) {
            return EndReason.ABSOLUTE_TIMEOUT;
        }
        if (RecordHead.isStandIn(data)) {
            return record.isExpired(now) ? EndReason.IDLE_TIMEOUT : null;
        }
        if (now >= record.absoluteDeadline()) {
            return EndReason.ABSOLUTE_TIMEOUT;
        }
        long accessed = clock.read(record.lastAccess(), now);
        boolean idle = now - accessed >= idleTimeout(RecordHead.ownIdleTimeout(data), timeouts);
        return idle || record.isExpired(now) ? EndReason.IDLE_TIMEOUT : null;
    }

    /** Returns how long a record lives after its last stored access, including the touch interval. */
    private long idleTimeout(long own, EngineSettings.Timeouts timeouts) {
        return saturatedSum(own == 0 ? timeouts.idle() : own, settings.touchInterval());
    }

    /** Returns the idle timeout of a session, without the touch interval. */
    long idleTimeout(SessionState.Lifetime lifetime) {
        return lifetime.ownIdleTimeout() == 0
                ? settings.timeouts(lifetime.persistence()).idle()
                : lifetime.ownIdleTimeout();
    }

    /** Returns the idle timeout for the record of a state. */
    long storedIdleTimeout(SessionState.Lifetime lifetime) {
        return saturatedSum(idleTimeout(lifetime), settings.touchInterval());
    }

    /**
     * Returns whether the absolute deadline in a state's record must replace the idle timeout. A store never moves a
     * last access backwards. So while the stored last access lies in the future, only the absolute deadline can end an
     * idle session.
     */
    static boolean needsStandIn(SessionState.Times times, long now) {
        return EngineClock.isFuture(times.lastAccess(), now);
    }

    /** Returns the absolute deadline for the record of a state. */
    long storedAbsoluteDeadline(SessionState.Times times, SessionState.Lifetime lifetime, long now) {
        long deadline = absoluteDeadline(times, lifetime);
        return needsStandIn(times, now) ? Math.min(deadline, saturatedSum(now, storedIdleTimeout(lifetime))) : deadline;
    }

    /** Returns the time at which a session ends in any case. */
    long absoluteDeadline(SessionState.Times times, SessionState.Lifetime lifetime) {
        return saturatedSum(
                times.authenticatedAt(),
                settings.timeouts(lifetime.persistence()).absolute());
    }

    /** Returns the time at which a session ends if it is not used after {@code lastAccess}. */
    long expiry(SessionState.Times times, SessionState.Lifetime lifetime) {
        return Math.min(absoluteDeadline(times, lifetime), saturatedSum(times.lastAccess(), idleTimeout(lifetime)));
    }

    /** Returns a state whose times are not in the future, except the last access. */
    SessionState corrected(SessionState state, long now) {
        SessionState.Times times = state.times();
        boolean future = EngineClock.isFuture(times.createdAt(), now)
                || EngineClock.isFuture(times.authenticatedAt(), now)
                || EngineClock.isFuture(state.ids().issuedAt(), now);
        if (!future && !EngineClock.isFuture(times.lastAccess(), now)) {
            return state;
        }
        return state.with(new SessionState.Times(
                        clock.read(times.createdAt(), now),
                        clock.read(times.authenticatedAt(), now),
                        times.lastAccess()))
                .with(state.ids().withInstants(instant -> clock.read(instant, now)));
    }

    /**
     * Returns whether a record's deadlines differ from those that it would get now, because the settings have changed
     * or the clock was set back.
     */
    boolean isOutdated(SessionRecord record, long now) {
        byte[] data = record.data();
        long authenticatedAt = RecordHead.authenticatedAt(data);
        if (EngineClock.isFuture(authenticatedAt, now)) {
            return true;
        }
        EngineSettings.Timeouts timeouts = settings.timeouts(RecordHead.persistence(data));
        long idle = idleTimeout(RecordHead.ownIdleTimeout(data), timeouts);
        if (record.idleTimeout() != idle) {
            return true;
        }
        // A lookup replaces the stand-in.
        return !RecordHead.isStandIn(data)
                && record.absoluteDeadline() != saturatedSum(authenticatedAt, timeouts.absolute());
    }

    /** Returns whether an access must be stored with the whole record, because a touch would have no effect. */
    boolean needsWholeRecord(SessionRecord record, long now) {
        return RecordHead.isStandIn(record.data()) || EngineClock.isFuture(record.lastAccess(), now);
    }

    /** Returns whether an access should be stored. */
    boolean isTouchDue(SessionRecord record, long now) {
        if (!needsWholeRecord(record, now)) {
            return now - record.lastAccess() >= settings.touchInterval();
        }
        // The stand-in contains the time at which the last access was stored.
        return !RecordHead.isStandIn(record.data())
                || saturatedSum(now, record.idleTimeout()) - record.absoluteDeadline() >= settings.touchInterval();
    }

    /**
     * Returns whether a request need not wait until its access is stored: without it, the session lives on for half of
     * its idle timeout, and for {@value #LATEST_TOUCH_MILLIS} ms. So an access that is stored late is in time. One that
     * is lost, because the store fails or this process dies, cannot end the session before that.
     */
    boolean canTouchLate(SessionRecord record, long now) {
        byte[] data = record.data();
        EngineSettings.Timeouts timeouts = settings.timeouts(RecordHead.persistence(data));
        long idle = Math.min(record.idleTimeout(), idleTimeout(RecordHead.ownIdleTimeout(data), timeouts));
        long left = idle - (now - record.lastAccess());
        return left >= Math.max(idle / 2, LATEST_TOUCH_MILLIS);
    }

    /** Returns whether an id is old enough to be renewed. */
    boolean isRenewalDue(long issuedAt, long now) {
        return now - issuedAt >= settings.renewalInterval() || EngineClock.isFuture(issuedAt, now);
    }

    /** Returns whether the grace of an id is over. The grace begins when the successor is first presented. */
    boolean isGraceOver(long successorPresentedAt, long now) {
        return successorPresentedAt != IdState.NOT_PRESENTED
                && now - clock.read(successorPresentedAt, now) >= settings.renewalGrace();
    }

    /**
     * Returns whether a request with an invalid earlier id may have been sent before the browser received the newer id.
     * Such a request must not set a cookie.
     */
    boolean isLateRequest(IdState ids, long now) {
        IdState.Previous previous = ids.previous();
        long superseded = previous == null || previous.successorPresentedAt() == IdState.NOT_PRESENTED
                ? ids.issuedAt()
                : saturatedSum(previous.successorPresentedAt(), settings.renewalGrace());
        return now - clock.read(superseded, now) < settings.renewalGrace();
    }

    static long saturatedSum(long one, long other) {
        return one > Long.MAX_VALUE - other ? Long.MAX_VALUE : one + other;
    }
}
