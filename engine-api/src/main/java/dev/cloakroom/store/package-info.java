/**
 * The store SPI and the in-heap store.
 *
 * <p>A store keeps {@link dev.cloakroom.store.SessionRecord records} by {@link dev.cloakroom.store.SessionKey key}. It
 * handles bytes and deadlines, and never sees a session id. The engine has the clock, the codec and the cryptography.
 * {@link dev.cloakroom.store.SessionStore} states the rules of a store. {@code SessionStoreContract} tests them.
 */
@NullMarked
package dev.cloakroom.store;

import org.jspecify.annotations.NullMarked;
