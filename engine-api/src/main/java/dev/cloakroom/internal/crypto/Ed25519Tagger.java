package dev.cloakroom.internal.crypto;

import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.jspecify.annotations.Nullable;

/**
 * Ed25519 (RFC 8032) by Bouncy Castle. A key pair for each purpose would need a published key for each purpose. So
 * there is one key pair, and every signed message begins with a prefix that names the purpose.
 */
final class Ed25519Tagger implements Tagger {

    private final @Nullable Ed25519Signer signer;
    private final Ed25519Signer verifier = new Ed25519Signer();
    private final byte[] prefix;

    Ed25519Tagger(byte @Nullable [] seed, byte[] publicKey, byte[] prefix) {
        if (seed == null) {
            signer = null;
        } else {
            signer = new Ed25519Signer();
            signer.init(true, new Ed25519PrivateKeyParameters(seed, 0));
        }
        verifier.init(false, new Ed25519PublicKeyParameters(publicKey, 0));
        this.prefix = prefix;
    }

    @Override
    public int tagLength() {
        return Ed25519PrivateKeyParameters.SIGNATURE_SIZE;
    }

    @Override
    public void tag(byte[] message, int offset, int length, byte[] out, int outOffset) {
        if (signer == null) {
            throw new IllegalStateException("a public key cannot sign");
        }
        signer.update(prefix, 0, prefix.length);
        signer.update(message, offset, length);
        byte[] signature = signer.generateSignature();
        System.arraycopy(signature, 0, out, outOffset, signature.length);
    }

    @Override
    public boolean verify(byte[] message, int offset, int length, byte[] tag, int tagOffset) {
        byte[] signature = new byte[tagLength()];
        System.arraycopy(tag, tagOffset, signature, 0, signature.length);
        verifier.update(prefix, 0, prefix.length);
        verifier.update(message, offset, length);
        return verifier.verifySignature(signature);
    }
}
