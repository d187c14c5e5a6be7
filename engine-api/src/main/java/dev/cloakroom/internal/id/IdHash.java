package dev.cloakroom.internal.id;

/**
 * The hash of a session id, which the store holds in place of the id: 128 bits that an {@link IdTagger} computes from
 * the session's key and the id. An id has 256 random bits, so its hash needs neither salt nor stretching.
 *
 * @param high the first 64 bits
 * @param low the last 64 bits
 */
public record IdHash(long high, long low) {

    boolean is(long otherHigh, long otherLow) {
        return ((high ^ otherHigh) | (low ^ otherLow)) == 0;
    }
}
