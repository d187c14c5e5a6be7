package dev.cloakroom.key;

import dev.cloakroom.internal.crypto.DerivationContext;
import dev.cloakroom.internal.crypto.Hkdf;
import dev.cloakroom.internal.crypto.KeyAccess;
import dev.cloakroom.internal.crypto.SystemRandom;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.jspecify.annotations.Nullable;

/**
 * A key of a ring: an id, which cookies name, an algorithm, a state, and a secret of at least 256 bits. Only the engine
 * can derive subkeys of the secret; it derives one for each application and purpose. A public key (Ed25519 only) has no
 * secret and verifies. A revoked key has no secret and neither signs nor verifies.
 *
 * <p>Immutable and thread-safe. {@code toString} does not contain the secret.
 */
public final class SigningKey {

    /** The minimum length of a secret, in bytes. */
    public static final int MINIMUM_SECRET_LENGTH = 32;

    private static final byte[] SALT = "cloakroom key ring".getBytes(StandardCharsets.UTF_8);
    private static final String ED25519_PURPOSE = "ed25519";

    /** One public key is published for all applications. Each signed message names the application. */
    private static final String ALL_APPLICATIONS = "";

    private static final int PUBLIC_KEY_LENGTH = 32;

    static {
        KeyAccess.register(new Access());
    }

    private final int id;
    private final KeyAlgorithm algorithm;
    private final KeyState state;
    private final @Nullable SecretBytes secret;
    private final byte @Nullable [] publicKey;
    private final long verifiesUntil;

    private SigningKey(
            int id, KeyAlgorithm algorithm, KeyState state, @Nullable SecretBytes secret, byte @Nullable [] publicKey) {
        if (id == 0) {
            throw new IllegalArgumentException("a key's id must not be 0");
        }
        this.id = id;
        this.algorithm = Objects.requireNonNull(algorithm, "algorithm");
        this.state = Objects.requireNonNull(state, "state");
        this.secret = secret;
        this.publicKey = publicKey;
        this.verifiesUntil = verifiesUntil(state);
    }

    private static long verifiesUntil(KeyState state) {
        if (state instanceof KeyState.Retired retired) {
            return saturatedMillis(retired.until());
        }
        return state instanceof KeyState.Revoked ? Long.MIN_VALUE : Long.MAX_VALUE;
    }

    private static long saturatedMillis(Instant instant) {
        try {
            return instant.toEpochMilli();
        } catch (ArithmeticException e) {
            return instant.isAfter(Instant.EPOCH) ? Long.MAX_VALUE : Long.MIN_VALUE;
        }
    }

    /** Returns a new active key with a random id and a random secret of 256 bits. */
    public static SigningKey generate(KeyAlgorithm algorithm) {
        return generate(algorithm, SystemRandom.create());
    }

    /** Returns a new active key with an id and a secret of 256 bits from a source of random bits. */
    public static SigningKey generate(KeyAlgorithm algorithm, SecureRandom random) {
        int id = 0;
        while (id == 0) {
            id = random.nextInt();
        }
        return of(id, algorithm, SecretBytes.random(MINIMUM_SECRET_LENGTH, random), new KeyState.Active());
    }

    /**
     * Returns a key with a secret. Drops the secret if the state is revoked.
     *
     * @throws IllegalArgumentException if the id is 0, or the secret has less than 256 bits or is all zeros
     */
    public static SigningKey of(int id, KeyAlgorithm algorithm, SecretBytes secret, KeyState state) {
        if (secret.length() < MINIMUM_SECRET_LENGTH) {
            throw new IllegalArgumentException(
                    "a key's secret must have " + MINIMUM_SECRET_LENGTH + " bytes or more: " + secret.length());
        }
        if (secret.equals(SecretBytes.copyOf(new byte[secret.length()]))) {
            throw new IllegalArgumentException("a key's secret must be random: it is all zeros");
        }
        if (state instanceof KeyState.Revoked) {
            return revoked(id, algorithm);
        }
        byte[] publicKey = algorithm == KeyAlgorithm.ED25519 ? publicKeyOf(secret) : null;
        return new SigningKey(id, algorithm, state, secret, publicKey);
    }

    /**
     * Returns an Ed25519 key that only verifies.
     *
     * @throws IllegalArgumentException if the id is 0, if the state is active, or if the bytes are not the canonical
     *     encoding of a point of the group of RFC 8032, in 32 bytes (points of small order are refused)
     */
    public static SigningKey publicOnly(int id, byte[] ed25519PublicKey, KeyState state) {
        if (ed25519PublicKey.length != PUBLIC_KEY_LENGTH) {
            throw new IllegalArgumentException(
                    "an Ed25519 public key has " + PUBLIC_KEY_LENGTH + " bytes: " + ed25519PublicKey.length);
        }
        if (!Ed25519.validatePublicKeyFull(ed25519PublicKey, 0)) {
            throw new IllegalArgumentException(
                    "this is not a valid Ed25519 public key: pass the 32 bytes that publicKey() returned");
        }
        if (state instanceof KeyState.Active) {
            throw new IllegalArgumentException("a public key cannot sign: it must not be active");
        }
        return state instanceof KeyState.Revoked
                ? revoked(id, KeyAlgorithm.ED25519)
                : new SigningKey(id, KeyAlgorithm.ED25519, state, null, ed25519PublicKey.clone());
    }

    /** Returns a revoked key. Cookies with its id are rejected as {@code REVOKED_KEY}. */
    public static SigningKey revoked(int id, KeyAlgorithm algorithm) {
        return new SigningKey(id, algorithm, new KeyState.Revoked(), null, null);
    }

    /** Returns the id, not 0. */
    public int id() {
        return id;
    }

    /** Returns the id as 8 hexadecimal digits. */
    public String name() {
        return String.format("%08x", id);
    }

    /** Returns the algorithm. */
    public KeyAlgorithm algorithm() {
        return algorithm;
    }

    /** Returns the state. */
    public KeyState state() {
        return state;
    }

    /** Returns whether the key has a secret. A public key and a revoked key have none. */
    public boolean hasSecret() {
        return secret != null;
    }

    /** Returns the secret, for the key file. */
    SecretBytes secret() {
        return Objects.requireNonNull(secret, "secret");
    }

    /** Returns whether the key is active. */
    public boolean canSign() {
        return state instanceof KeyState.Active;
    }

    /** Returns whether the key verifies at a time, in milliseconds since the epoch. */
    public boolean canVerify(long epochMillis) {
        return epochMillis < verifiesUntil;
    }

    /**
     * Returns this key in another state. Drops the secret if the state is revoked.
     *
     * @throws IllegalStateException if this key is revoked, which is final
     * @throws IllegalArgumentException if this is a public key and the state is active
     */
    public SigningKey withState(KeyState newState) {
        SecretBytes known = secret;
        if (known != null) {
            return of(id, algorithm, known, newState);
        }
        if (newState instanceof KeyState.Revoked) {
            return revoked(id, algorithm);
        }
        return publicOnly(id, publicKey(), newState);
    }

    /**
     * Returns the public half. It has the same state, or verify-only if this key is active.
     *
     * @throws IllegalStateException if this is not an Ed25519 key
     */
    public SigningKey toPublic() {
        if (state instanceof KeyState.Revoked) {
            return this;
        }
        return publicOnly(id, publicKey(), canSign() ? new KeyState.VerifyOnly() : state);
    }

    /**
     * Returns the public key, 32 bytes (RFC 8032).
     *
     * @throws IllegalStateException if this is not an Ed25519 key, or was revoked
     */
    public byte[] publicKey() {
        byte[] known = publicKey;
        if (known == null) {
            throw new IllegalStateException("the key " + name() + " has no public key");
        }
        return known.clone();
    }

    /** Derives a key for one application and purpose by HKDF-SHA-256 (RFC 5869). */
    private byte[] subkey(String application, String purpose, int length) {
        SecretBytes known = secret;
        if (known == null) {
            throw new IllegalStateException("the key " + name() + " has no secret");
        }
        return derive(known, application, purpose, length);
    }

    private byte[] ed25519Seed() {
        if (algorithm != KeyAlgorithm.ED25519) {
            throw new IllegalStateException("the key " + name() + " is not an Ed25519 key");
        }
        return subkey(ALL_APPLICATIONS, ED25519_PURPOSE, Ed25519PrivateKeyParameters.KEY_SIZE);
    }

    private static byte[] publicKeyOf(SecretBytes secret) {
        byte[] seed = derive(secret, ALL_APPLICATIONS, ED25519_PURPOSE, Ed25519PrivateKeyParameters.KEY_SIZE);
        return new Ed25519PrivateKeyParameters(seed, 0).generatePublicKey().getEncoded();
    }

    private static byte[] derive(SecretBytes secret, String application, String purpose, int length) {
        return Hkdf.sha256(secret.toByteArray(), SALT, DerivationContext.of(application, purpose), length);
    }

    private boolean hasSameMaterial(SigningKey other) {
        return id == other.id
                && algorithm == other.algorithm
                && Objects.equals(secret, other.secret)
                && Arrays.equals(publicKey, other.publicKey);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SigningKey that && hasSameMaterial(that) && state.equals(that.state);
    }

    @Override
    public int hashCode() {
        return id;
    }

    /** Returns the id, the algorithm and the state. */
    @Override
    public String toString() {
        return "SigningKey[" + name() + ", " + algorithm.id() + ", " + state + "]";
    }

    /** Gives only the engine's packages access to subkeys. */
    private static final class Access extends KeyAccess<SigningKey> {

        Access() {
            super(SigningKey.class);
        }

        @Override
        public byte[] subkey(SigningKey key, String application, String purpose, int length) {
            return key.subkey(application, purpose, length);
        }

        @Override
        public byte[] ed25519Seed(SigningKey key) {
            return key.ed25519Seed();
        }

        @Override
        public boolean hasSameMaterial(SigningKey one, SigningKey other) {
            return one.hasSameMaterial(other);
        }
    }
}
