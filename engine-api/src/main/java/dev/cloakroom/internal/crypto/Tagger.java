package dev.cloakroom.internal.crypto;

/**
 * Makes and verifies tags (message authentication codes or signatures) under one subkey. Not thread-safe: each thread
 * takes one from a pool.
 */
public interface Tagger {

    /** Returns the length of a tag, in bytes. */
    int tagLength();

    /**
     * Writes a message's tag.
     *
     * @throws IllegalStateException if the key can only verify
     */
    void tag(byte[] message, int offset, int length, byte[] out, int outOffset);

    /** Returns whether a message's tag is right. The time does not depend on the position of a difference. */
    boolean verify(byte[] message, int offset, int length, byte[] tag, int tagOffset);
}
