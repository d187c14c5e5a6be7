package dev.cloakroom.internal.id;

import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The ids that open a session.
 *
 * @param current the hash of the newest id
 * @param issuedAt the time at which the newest id was issued, in milliseconds since the epoch
 * @param generation the number of logins and explicit renewals; a periodic renewal keeps it
 * @param previous the id from which a periodic renewal derived the newest one, or null
 */
public record IdState(
        IdHash current,
        long issuedAt,
        int generation,
        @Nullable Previous previous) {

    /** The presentation time of an id that was not presented yet. */
    public static final long NOT_PRESENTED = 0;

    /**
     * The id before the newest one.
     *
     * @param hash the hash of the id
     * @param nonce the nonce of the derivation of the newest id
     * @param successorPresentedAt the time at which the newest id was first presented, or {@link #NOT_PRESENTED}
     */
    public record Previous(IdHash hash, byte[] nonce, long successorPresentedAt) {}

    /** Returns the state of a session with its first id. */
    public static IdState first(IdHash id, long now) {
        return new IdState(id, now, 0, null);
    }

    /** Returns the state after a login or an explicit renewal, which invalidate all earlier ids. */
    public IdState replaced(IdHash next, long now) {
        return new IdState(next, now, generation + 1, null);
    }

    /** Returns the state after a periodic renewal of the id that was presented. */
    public IdState renewed(IdHash presented, IdHash next, byte[] nonce, long now) {
        return new IdState(next, now, generation, new Previous(presented, nonce, NOT_PRESENTED));
    }

    /** Returns the state after the newest id was presented. */
    public IdState presented(long now) {
        return previous == null
                ? this
                : new IdState(current, issuedAt, generation, new Previous(previous.hash(), previous.nonce(), now));
    }

    /** Returns whether a periodic renewal made the newest id and it was not presented yet. */
    public boolean awaitsPresentation() {
        return previous != null && previous.successorPresentedAt() == NOT_PRESENTED;
    }

    /** Returns this state with a function applied to its times. */
    public IdState withInstants(LongUnaryOperator read) {
        Previous before = previous;
        return new IdState(
                current,
                read.applyAsLong(issuedAt),
                generation,
                before == null
                        ? null
                        : new Previous(before.hash(), before.nonce(), read.applyAsLong(before.successorPresentedAt())));
    }

    public boolean isCurrent(IdHash id) {
        return current.is(id.high(), id.low());
    }

    public boolean isPrevious(IdHash id) {
        return previous != null && previous.hash().is(id.high(), id.low());
    }
}
