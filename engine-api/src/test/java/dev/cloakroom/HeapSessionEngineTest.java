package dev.cloakroom;

import dev.cloakroom.store.HeapSessionStore;
import dev.cloakroom.store.SessionStore;
import dev.cloakroom.testkit.SessionEngineContract;

class HeapSessionEngineTest extends SessionEngineContract {

    @Override
    protected SessionStore newStore() {
        return HeapSessionStore.create();
    }
}
