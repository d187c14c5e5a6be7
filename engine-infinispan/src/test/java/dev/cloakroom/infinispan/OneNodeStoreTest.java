package dev.cloakroom.infinispan;

import dev.cloakroom.store.SessionStore;
import dev.cloakroom.testkit.SessionStoreContract;

class OneNodeStoreTest extends SessionStoreContract {

    private static final Nodes NODE = Nodes.clustered(1);

    @Override
    protected SessionStore newStore() {
        return NODE.newStore();
    }
}
