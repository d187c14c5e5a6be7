package dev.cloakroom.infinispan;

import dev.cloakroom.store.SessionStore;
import dev.cloakroom.testkit.Effort;
import dev.cloakroom.testkit.SessionEngineContract;

class ThreeNodesEngineTest extends SessionEngineContract {

    private static final Nodes NODES = Nodes.clustered(3);

    @Override
    protected SessionStore newStore() {
        return NODES.newStore();
    }

    @Override
    protected int repetitions(int usual) {
        return Effort.times(usual / 40);
    }
}
