package dev.cloakroom.infinispan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.store.SessionStore;
import dev.cloakroom.testkit.SessionStoreContract;

class OneNodeStoreTest extends SessionStoreContract {

    private static final Nodes NODE = Nodes.clustered(1);

    @Override
    protected SessionStore newStore() {
        return NODE.newStore();
    }

    /** The size is an estimate, which {@link SizeTest} checks. */
    @Override
    protected void assertSize(long expected) {
        assertThat(store().size()).isNotNegative();
    }
}
