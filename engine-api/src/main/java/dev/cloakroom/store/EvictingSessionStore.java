package dev.cloakroom.store;

import java.util.function.Consumer;

/**
 * A store that removes live anonymous sessions when it has no room for another session. It never evicts a session with
 * a principal, nor the session that is being written.
 */
public interface EvictingSessionStore extends SessionStore {

    /**
     * Sets the listener that receives each evicted record, and replaces an earlier listener. The store calls it after
     * the removal, on the thread that needed the room.
     */
    void onEviction(Consumer<? super SessionRecord> listener);
}
