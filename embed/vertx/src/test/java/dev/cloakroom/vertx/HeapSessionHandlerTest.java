package dev.cloakroom.vertx;

import dev.cloakroom.store.HeapSessionStore;
import dev.cloakroom.store.SessionStore;

class HeapSessionHandlerTest extends SessionHandlerContract {

    @Override
    SessionStore newStore() {
        return HeapSessionStore.create();
    }
}
