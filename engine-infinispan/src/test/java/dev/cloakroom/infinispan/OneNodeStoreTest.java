package dev.cloakroom.infinispan;

import dev.cloakroom.store.SessionStore;
import dev.cloakroom.testing.SessionStoreContract;
import dev.cloakroom.testing.SessionStoreOperations;

class OneNodeStoreTest extends SessionStoreContract {

    private static final Nodes NODE = Nodes.clustered(1);

    @Override
    protected SessionStore newStore() {
        return NODE.newStore();
    }

    @Override
    protected Class<? extends SessionStoreOperations> operations() {
        throw new UnsupportedOperationException();
    }

    /** It takes Lincheck minutes to prepare the classes of a cluster; {@link ThreeNodesLinearizabilityTest} has it do so. */
    @Override
    protected void operations_underStress_linearizable() {
        throw new UnsupportedOperationException();
    }
}
