package dev.cloakroom.internal.derived;

import dev.cloakroom.key.SigningKey;

/**
 * A value derived from a key.
 *
 * @param key the key
 * @param value what was derived
 * @param <T> its type
 */
public record Keyed<T>(SigningKey key, T value) {}
