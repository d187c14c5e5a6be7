package dev.cloakroom.infinispan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.store.SessionStore;
import dev.cloakroom.testing.SessionStoreContract;
import dev.cloakroom.testing.SessionStoreOperations;

class OneNodeStoreTest extends SessionStoreContract {

    private static final Nodes NODE = Nodes.clustered(1);

    @Override
    protected SessionStore newStore() {
        return NODE.newStore();
    }

    /** It is an estimate, which {@link SizeTest} checks. */
    @Override
    protected void assertSize(long expected) {
        assertThat(store().size()).isNotNegative();
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
