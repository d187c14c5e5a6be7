package dev.cloakroom.infinispan;

import dev.cloakroom.store.SessionStore;
import dev.cloakroom.testkit.SessionStoreContract;

class LocalStoreTest extends SessionStoreContract {

    private static final Nodes NODE = Nodes.local();

    @Override
    protected SessionStore newStore() {
        return NODE.newStore();
    }
}
