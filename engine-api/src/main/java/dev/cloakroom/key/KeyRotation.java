package dev.cloakroom.key;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Changes the states of keys. Each method returns a new set of keys.
 *
 * <p>With one node, use {@link #rotate}. With several nodes, {@link #publish} the new key, and {@link #activate} it
 * when every node has the file, so that no node receives a cookie of a key that it does not know. No user is logged out
 * if the old key verifies at least as long as sessions live. {@link #revoke} ends exactly the cookies that the key
 * signed.
 */
public final class KeyRotation {

    private KeyRotation() {}

    /** Adds a key that only verifies. */
    public static KeySet publish(KeySet keys, SigningKey key) {
        List<SigningKey> next = new ArrayList<>(keys.keys());
        next.add(key.withState(new KeyState.VerifyOnly()));
        return KeySet.of(next);
    }

    /**
     * Makes a key the active one, and retires the key that was active.
     *
     * @param oldUntil the time until which the old key verifies
     * @throws IllegalArgumentException if there is no key with that id, or it has no secret
     */
    public static KeySet activate(KeySet keys, int id, Instant oldUntil) {
        SigningKey chosen = existing(keys, id);
        if (!chosen.hasSecret()) {
            throw new IllegalArgumentException("the key " + chosen.name() + " has no secret to sign with");
        }
        return map(keys, key -> {
            if (key.id() == id) {
                return key.withState(new KeyState.Active());
            }
            return key.canSign() ? key.withState(new KeyState.Retired(oldUntil)) : key;
        });
    }

    /** Adds a key as the active one, and retires the key that was active, which verifies until {@code oldUntil}. */
    public static KeySet rotate(KeySet keys, SigningKey key, Instant oldUntil) {
        return activate(publish(keys, key), key.id(), oldUntil);
    }

    /**
     * Revokes a key. If it was the active key, another key must be activated before cookies can be made.
     *
     * @throws IllegalArgumentException if there is no key with that id
     */
    public static KeySet revoke(KeySet keys, int id) {
        existing(keys, id);
        return map(keys, key -> key.id() == id ? SigningKey.revoked(id, key.algorithm()) : key);
    }

    /** Removes the keys that do not verify at {@code now}: revoked keys, and retired keys whose time is over. */
    public static KeySet prune(KeySet keys, Instant now) {
        return KeySet.of(keys.keys().stream()
                .filter(key -> key.canVerify(now.toEpochMilli()))
                .toList());
    }

    private static SigningKey existing(KeySet keys, int id) {
        SigningKey key = keys.find(id);
        if (key == null) {
            throw new IllegalArgumentException(String.format("there is no key %08x", id));
        }
        return key;
    }

    private static KeySet map(KeySet keys, UnaryOperator<SigningKey> change) {
        return KeySet.of(keys.keys().stream().map(change).toList());
    }
}
