package dev.cloakroom.internal.id;

import org.jspecify.annotations.Nullable;

/**
 * Which ids open a session.
 *
 * @param current the hash of the newest id
 * @param issuedAt when that was made, in milliseconds since the epoch
 * @param previous the id it took over from by renewal, null after a login and at the beginning
 */
public record IdState(
        IdHash current, long issuedAt, @Nullable Previous previous) {

    /**
     * An id that has its grace.
     *
     * @param hash its hash
     * @param nonce what the newest id was derived with
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
