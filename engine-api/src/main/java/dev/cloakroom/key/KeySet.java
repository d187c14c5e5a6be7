package dev.cloakroom.key;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a ring at one time. Immutable.
 */
public final class KeySet {

    /** No keys. */
    public static final KeySet EMPTY = new KeySet(List.of());

    private final List<SigningKey> keys;
    private final @Nullable SigningKey signer;

    private KeySet(List<SigningKey> keys) {
        this.keys = keys;
        this.signer = keys.stream().filter(SigningKey::canSign).findFirst().orElse(null);
    }

    /**
     * Returns a set of keys.
     *
     * @throws IllegalArgumentException if two keys have the same id, or two are active
     */
    public static KeySet of(Collection<SigningKey> keys) {
        Set<Integer> ids = new HashSet<>();
        int active = 0;
        for (SigningKey key : keys) {
            if (!ids.add(key.id())) {
                throw new IllegalArgumentException("two keys have the id " + key.name());
            }
            active += key.canSign() ? 1 : 0;
        }
        if (active > 1) {
            throw new IllegalArgumentException("only one key may be active: " + active);
        }
        return new KeySet(List.copyOf(keys));
    }

    /** Returns the keys, in their given order. */
    public List<SigningKey> keys() {
        return keys;
    }

    /** Returns the key with an id, or null if there is none. */
    public @Nullable SigningKey find(int id) {
        for (SigningKey key : keys) {
            if (key.id() == id) {
                return key;
            }
        }
        return null;
    }

    /** Returns whether a key is active. */
    public boolean canSign() {
        return signer != null;
    }

    /**
     * Returns the active key.
     *
     * @throws IllegalStateException if no key is active
     */
    public SigningKey signer() {
        SigningKey key = signer;
        if (key == null) {
            throw new IllegalStateException("no key is active: activate a key or add an active one");
        }
        return key;
    }

    /** Returns the public halves of the Ed25519 keys, for a process that verifies and must not sign. */
    public KeySet toPublic() {
        return of(keys.stream()
                .filter(key -> key.algorithm() == KeyAlgorithm.ED25519)
                .map(SigningKey::toPublic)
                .toList());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof KeySet that && keys.equals(that.keys);
    }

    @Override
    public int hashCode() {
        return keys.hashCode();
    }

    /** Returns the keys' ids, algorithms and states. */
    @Override
    public String toString() {
        return "KeySet" + keys;
    }
}
