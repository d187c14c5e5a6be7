package dev.cloakroom.internal.derived;

import dev.cloakroom.key.SigningKey;

/**
 * A value derived from a key.
 *
 * @param key the key
 * @param value the derived value
 * @param <T> the type of the value
 */
public record Keyed<T>(SigningKey key, T value) {}
