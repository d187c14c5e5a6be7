/**
 * The store SPI and the in-heap store.
 *
 * <p>A store keeps {@link dev.cloakroom.store.SessionRecord records} by {@link dev.cloakroom.store.SessionKey key}. It
 * sees bytes and deadlines, never a session id that a browser could present, and it needs no clock, no codec and no
 * cryptography: the engine brings those. {@link dev.cloakroom.store.SessionStore} states the rules of a store.
 * {@code SessionStoreContract} tests them.
 */
@NullMarked
package dev.cloakroom.store;

import org.jspecify.annotations.NullMarked;
