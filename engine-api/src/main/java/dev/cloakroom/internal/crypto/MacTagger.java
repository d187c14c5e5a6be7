package dev.cloakroom.internal.crypto;

/** The base class of message authentication codes, which verify a tag by computing it again. */
abstract class MacTagger implements Tagger {

    private final byte[] expected;

    MacTagger(int tagLength) {
        this.expected = new byte[tagLength];
    }

    @Override
    public final int tagLength() {
        return expected.length;
    }

    @Override
    public final boolean verify(byte[] message, int offset, int length, byte[] tag, int tagOffset) {
        tag(message, offset, length, expected, 0);
        return ConstantTime.equal(expected, 0, tag, tagOffset, expected.length);
    }
}
