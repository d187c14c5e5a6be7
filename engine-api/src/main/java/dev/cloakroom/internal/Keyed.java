package dev.cloakroom.internal;

import dev.cloakroom.key.SigningKey;

/**
 * Something derived from a key.
 *
 * @param key the key
 * @param value what was derived
 * @param <T> its type
 */
public record Keyed<T>(SigningKey key, T value) {}
