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

    @Override
    protected int repetitions(int usual) {
        // The heap store's own tests search; this shows that the contract runs outside of the project.
        return usual / 50;
    }
}
