package dev.cloakroom.key;

/** The algorithm of a key. The key names the algorithm; a cookie never does. */
public enum KeyAlgorithm {

    /** HMAC with SHA-256 (RFC 2104). The default. */
    HMAC_SHA_256("hmac-sha-256"),

    /** CMAC with AES-256 (NIST SP 800-38B). The fastest on a processor with AES instructions. */
    AES_256_CMAC("aes-256-cmac"),

    /** Keyed BLAKE3. */
    BLAKE3("blake3"),

    /** Ed25519 signatures (RFC 8032), which can be verified with the public key only. Much slower than the others. */
    ED25519("ed25519");

    private final String id;

    KeyAlgorithm(String id) {
        this.id = id;
    }

    /** Returns the name in key files, such as {@code hmac-sha-256}. */
    public String id() {
        return id;
    }

    /**
     * Returns the algorithm with a name.
     *
     * @throws IllegalArgumentException if there is no algorithm with that name
     */
    public static KeyAlgorithm of(String id) {
        for (KeyAlgorithm algorithm : values()) {
            if (algorithm.id.equals(id)) {
                return algorithm;
            }
        }
        throw new IllegalArgumentException("no such key algorithm: use hmac-sha-256, aes-256-cmac, blake3 or ed25519");
    }
}
