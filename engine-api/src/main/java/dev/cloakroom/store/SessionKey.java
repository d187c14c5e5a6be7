package dev.cloakroom.store;

/**
 * The name under which a store keeps a session: 128 random bits that stay the same for the session's whole life.
 *
 * <p>It is the public part of a session id. Alone it opens nothing: the engine also demands the id's 256 secret bits,
 * of which the store holds a hash, and a signature over both. A key is used for one session only and never again, so a
 * store that deleted a key need not remember it.
 *
 * @param high the first 64 bits
 * @param low the last 64 bits
 */
public record SessionKey(long high, long low) {

    /** Returns some of the key's own bits: they are uniformly random already. */
    @Override
    public int hashCode() {
        return (int) high;
    }

    /** Returns the key's first 32 bits, enough to tell sessions apart in a log and not enough to name one. */
    @Override
    public String toString() {
        return String.format("SessionKey[%08x…]", (int) (high >>> 32));
    }
}
