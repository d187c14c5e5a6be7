package dev.cloakroom.internal.crypto;

/** {@link AesCmac} as a tagger. */
final class AesCmacTagger extends MacTagger {

    private final AesCmac cmac;

    AesCmacTagger(byte[] key) {
        super(AesCmac.BLOCK);
        this.cmac = new AesCmac(key);
    }

    @Override
    public void tag(byte[] message, int offset, int length, byte[] out, int outOffset) {
        cmac.tag(message, offset, length, out, outOffset);
    }
}
