package dev.cloakroom.store;

import java.util.function.Consumer;

/** A store that removes live anonymous sessions of its own accord when it runs out of room. */
public interface EvictingSessionStore extends SessionStore {

    /**
     * Has a listener told of each record that the store evicts, after its removal and on the thread that needed the
     * room. One listener at a time: a new one takes the old one's place.
     */
    void onEviction(Consumer<? super SessionRecord> listener);
}
