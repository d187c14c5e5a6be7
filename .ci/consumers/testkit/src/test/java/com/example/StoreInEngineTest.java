package com.example;

import dev.cloakroom.store.HeapSessionStore;
import dev.cloakroom.store.SessionStore;
import dev.cloakroom.testkit.SessionEngineContract;

/** The engine's contract, of somebody who has written a store. */
class StoreInEngineTest extends SessionEngineContract {

    @Override
    protected SessionStore newStore() {
        return HeapSessionStore.create();
    }
}
