package dev.cloakroom.store;

/**
 * The key under which a store keeps a session: 128 random bits that stay the same for the session's whole life.
 *
 * <p>The key is public. To open a session, the engine also needs the id's 256 secret bits, of which the store holds a
 * hash, and a signature over both. A key is used for one session and never again, so a store need not remember deleted
 * keys.
 *
 * @param high the first 64 bits
 * @param low the last 64 bits
 */
public record SessionKey(long high, long low) {

    /** Returns 32 of the key's bits, which are uniformly random. */
    @Override
    public int hashCode() {
        return (int) high;
    }

    /** Returns the key's first 32 bits: a fingerprint for logs, which does not identify the session to the engine. */
    @Override
    public String toString() {
        return String.format("SessionKey[%08x…]", (int) (high >>> 32));
    }
}
