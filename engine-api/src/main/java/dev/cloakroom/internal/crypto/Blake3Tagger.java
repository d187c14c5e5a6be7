package dev.cloakroom.internal.crypto;

import org.bouncycastle.crypto.digests.Blake3Digest;
import org.bouncycastle.crypto.params.Blake3Parameters;

/** Keyed BLAKE3 (the mode of the BLAKE3 paper's section 2.3), by Bouncy Castle. */
final class Blake3Tagger extends MacTagger {

    private static final int LENGTH = 32;

    private final Blake3Digest digest = new Blake3Digest(LENGTH);

    Blake3Tagger(byte[] key) {
        super(LENGTH);
        digest.init(Blake3Parameters.key(key));
    }

    @Override
    public void tag(byte[] message, int offset, int length, byte[] out, int outOffset) {
        digest.update(message, offset, length);
        digest.doFinal(out, outOffset);
    }
}
