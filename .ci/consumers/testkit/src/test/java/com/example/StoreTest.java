package com.example;

import dev.cloakroom.store.HeapSessionStore;
import dev.cloakroom.store.SessionStore;
import dev.cloakroom.testkit.SessionStoreContract;

/** The store's contract, of somebody who has written a store. */
class StoreTest extends SessionStoreContract {

    @Override
    protected SessionStore newStore() {
        return HeapSessionStore.create();
    }
}
