package dev.cloakroom.key;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The steps in a key's life, each from one set of keys to the next.
 *
 * <p>On one node {@link #rotate} is enough. On several, {@link #publish} the new key first, {@link #activate} it when
 * every node has the file: then no node meets a cookie of a key it does not know. Nobody is logged out by either, as
 * long as the old key verifies for no less than sessions live. {@link #revoke} logs out exactly the sessions whose
 * cookies the key signed.
 */
public final class KeyRotation {

    private KeyRotation() {}

    /** Adds a key that only verifies for now. */
    public static KeySet publish(KeySet keys, SigningKey key) {
        List<SigningKey> next = new ArrayList<>(keys.keys());
        next.add(key.withState(new KeyState.VerifyOnly()));
        return KeySet.of(next);
    }

    /**
     * Makes a key the one that signs, and retires the one that did.
     *
     * @param oldUntil until when the old key verifies
     * @throws IllegalArgumentException if there is no such key, or it cannot sign
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

    /** Adds a key that signs from now on, and retires the one that did, which verifies until a date. */
    public static KeySet rotate(KeySet keys, SigningKey key, Instant oldUntil) {
        return activate(publish(keys, key), key.id(), oldUntil);
    }

    /**
     * Revokes a key at once. When it was the one that signs, another has to be activated before cookies can be made.
     *
     * @throws IllegalArgumentException if there is no such key
     */
    public static KeySet revoke(KeySet keys, int id) {
        existing(keys, id);
        return map(keys, key -> key.id() == id ? SigningKey.revoked(id, key.algorithm()) : key);
    }

    /** Drops the keys that verify no more. */
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
