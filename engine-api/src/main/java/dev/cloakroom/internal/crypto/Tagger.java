package dev.cloakroom.internal.crypto;

/**
 * Makes and checks tags (message authentication codes or signatures) under one subkey. Not thread-safe: users take their
 * own from a pool.
 */
public interface Tagger {

    /** Returns how many bytes a tag has. */
    int tagLength();

    /**
     * Writes a message's tag.
     *
     * @throws IllegalStateException if the key can only verify
     */
    void tag(byte[] message, int offset, int length, byte[] out, int outOffset);

    /** Returns whether a message's tag is right, in a time that does not depend on how wrong it is. */
    boolean verify(byte[] message, int offset, int length, byte[] tag, int tagOffset);
}
