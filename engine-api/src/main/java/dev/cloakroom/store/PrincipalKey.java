package dev.cloakroom.store;

/**
 * The key under which a store indexes the sessions of one principal: 128 bits of a keyed hash. A reader of the store
 * cannot find the principal, nor check a guess.
 *
 * @param high the first 64 bits
 * @param low the last 64 bits
 */
public record PrincipalKey(long high, long low) {

    /** Returns 32 of the key's bits, which a pseudo-random function made. */
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
