package dev.cloakroom.store;

import java.util.function.Consumer;

/**
 * A store that removes live anonymous sessions when it has no room for another. It never evicts a session with a
 * principal, nor the one that is being written.
 */
public interface EvictingSessionStore extends SessionStore {

    /**
     * Sets the listener that receives each evicted record. It is called after the removal, on the thread that needed the
     * room. There is one listener: a new one replaces the one before.
     */
    void onEviction(Consumer<? super SessionRecord> listener);
}
