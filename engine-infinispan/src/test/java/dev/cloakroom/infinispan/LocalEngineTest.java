package dev.cloakroom.infinispan;

import dev.cloakroom.store.SessionStore;
import dev.cloakroom.testkit.SessionEngineContract;

class LocalEngineTest extends SessionEngineContract {

    private static final Nodes NODE = Nodes.local();

    @Override
    protected SessionStore newStore() {
        return NODE.newStore();
    }
}
