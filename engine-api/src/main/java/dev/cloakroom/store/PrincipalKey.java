package dev.cloakroom.store;

/**
 * The name under which a store indexes the sessions of one principal: 128 bits of a keyed hash, so that a reader
 * of the store learns neither who is logged in nor whether a guess is right.
 *
 * @param high the first 64 bits
 * @param low the last 64 bits
 */
public record PrincipalKey(long high, long low) {

    /** Returns some of the key's own bits: they come from a pseudo-random function already. */
    @Override
    public int hashCode() {
        return (int) high;
    }

    /** Returns the key's first 32 bits. */
    @Override
    public String toString() {
        return String.format("PrincipalKey[%08x…]", (int) (high >>> 32));
    }
}
