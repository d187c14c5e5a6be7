package dev.cloakroom.internal.crypto;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes taggers under raw keys. */
public final class Taggers {

    private Taggers() {}

    /** Returns a source of HMAC-SHA-256 taggers. */
    public static Supplier<Tagger> hmacSha256(byte[] key) {
        return () -> new HmacSha256Tagger(key);
    }

    /**
     * Returns a source of AES-CMAC taggers.
     *
     * @param key 16, 24 or 32 bytes
     */
    public static Supplier<Tagger> aesCmac(byte[] key) {
        return () -> new AesCmacTagger(key);
    }

    /**
     * Returns a source of keyed BLAKE3 taggers.
     *
     * @param key 32 bytes
     */
    public static Supplier<Tagger> blake3(byte[] key) {
        return () -> new Blake3Tagger(key);
    }

    /**
     * Returns a source of Ed25519 taggers.
     *
     * @param seed the private key, or null for taggers that only verify
     * @param prefix the bytes that go before every message
     */
    public static Supplier<Tagger> ed25519(byte @Nullable [] seed, byte[] publicKey, byte[] prefix) {
        return () -> new Ed25519Tagger(seed, publicKey, prefix);
    }
}
