package dev.cloakroom.internal;

import dev.cloakroom.key.KeyAlgorithm;
import dev.cloakroom.key.SigningKey;
import java.util.function.Supplier;

/** Makes taggers for keys. */
public final class Taggers {

    private static final int SUBKEY_LENGTH = 32;

    private Taggers() {}

    /**
     * Returns what makes taggers under a key for one purpose. A tag made for one purpose is wrong for every other.
     *
     * @throws IllegalStateException if the key was revoked and has nothing left to verify with
     */
    public static Supplier<Tagger> of(SigningKey key, String purpose) {
        KeyAlgorithm algorithm = key.algorithm();
        if (algorithm == KeyAlgorithm.ED25519) {
            byte[] seed = key.hasSecret() ? key.ed25519Seed().toByteArray() : null;
            byte[] publicKey = key.publicKey();
            return () -> new Ed25519Tagger(seed, publicKey, purpose);
        }
        byte[] subkey = key.subkey("tag:" + algorithm.id() + ":" + purpose, SUBKEY_LENGTH)
                .toByteArray();
        return switch (algorithm) {
            case HMAC_SHA_256 -> () -> new HmacSha256Tagger(subkey);
            case AES_256_CMAC -> () -> new AesCmacTagger(subkey);
            case BLAKE3 -> () -> new Blake3Tagger(subkey);
            case ED25519 -> throw new AssertionError("handled above");
        };
    }
}
