package dev.cloakroom.internal.crypto;

import org.jspecify.annotations.Nullable;

/**
 * Gives the engine's packages access to the secrets of a public key type that has no accessor for them.
 *
 * <p>The key type registers its accessor in its static initializer. The accessor's type is in a package that is not
 * exported, so no application module can call it. The key type is a parameter, so this package does not depend on it.
 *
 * @param <K> the key type
 */
public abstract class KeyAccess<K> {

    private static volatile @Nullable KeyAccess<?> registered;

    private final Class<K> type;

    /** Creates the accessor of a key type. */
    protected KeyAccess(Class<K> type) {
        this.type = type;
    }

    /**
     * Registers the accessor. Called once, by the key type's static initializer.
     *
     * @throws IllegalStateException if an accessor is registered
     */
    public static synchronized void register(KeyAccess<?> access) {
        if (registered != null) {
            throw new IllegalStateException("an accessor is registered: only the key type may register one");
        }
        registered = access;
    }

    /**
     * Returns the accessor of a key type.
     *
     * @throws IllegalStateException if the type registered none
     */
    public static <K> KeyAccess<K> of(Class<K> type) {
        initialize(type);
        KeyAccess<?> access = registered;
        if (access == null || access.type != type) {
            throw new IllegalStateException(type.getName() + " has registered no accessor");
        }
        @SuppressWarnings("unchecked") // compared above
        KeyAccess<K> typed = (KeyAccess<K>) access;
        return typed;
    }

    private static void initialize(Class<?> type) {
        try {
            Class.forName(type.getName(), true, type.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new AssertionError("the class is loaded: " + type, e);
        }
    }

    /**
     * Derives a key for one application and purpose. Keys of different applications or purposes reveal nothing of each
     * other or of the secret.
     *
     * @param application the application's name, empty if it has none
     * @param length in bytes
     * @throws IllegalStateException if the key has no secret
     */
    public abstract byte[] subkey(K key, String application, String purpose, int length);

    /**
     * Returns the Ed25519 private key (RFC 8032), which is the same for all applications and purposes.
     *
     * @throws IllegalStateException if this is not an Ed25519 key with a secret
     */
    public abstract byte[] ed25519Seed(K key);

    /** Returns whether two keys have the same id, algorithm and key material. Their states may differ. */
    public abstract boolean hasSameMaterial(K one, K other);
}
