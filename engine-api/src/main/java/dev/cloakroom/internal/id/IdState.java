package dev.cloakroom.internal.id;

import org.jspecify.annotations.Nullable;

/**
 * The ids that open a session.
 *
 * @param current the hash of the newest id
 * @param issuedAt the time at which that was made, in milliseconds since the epoch
 * @param previous the id that it replaced by renewal, or null after a login and at the beginning
 */
public record IdState(
        IdHash current, long issuedAt, @Nullable Previous previous) {

    /**
     * An id that still opens the session, for the grace after a renewal.
     *
     * @param hash its hash
     * @param nonce the nonce that the newest id was derived with
     */
    public record Previous(IdHash hash, byte[] nonce) {}

    public static IdState first(IdHash id, long now) {
        return new IdState(id, now, null);
    }

    public IdState renewed(IdHash next, byte[] nonce, long now) {
        return new IdState(next, now, new Previous(current, nonce));
    }

    public boolean isCurrent(IdHash id) {
        return current.is(id.high(), id.low());
    }
}
