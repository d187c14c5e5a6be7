package dev.cloakroom.infinispan;

import dev.cloakroom.store.SessionStore;
import dev.cloakroom.testing.Linearizability;
import dev.cloakroom.testing.SessionStoreOperations;
import org.junit.jupiter.api.Test;

/**
 * Calls on three nodes are linearizable, with one owner of each session: while a write of several copies is under way,
 * one node may see it already and another not yet. Runs with {@code -Plong}.
 */
class ThreeNodesLinearizabilityTest {

    private static final Nodes NODES = Nodes.clustered(3);

    @Test
    void operations_onAnyNodes_linearizable() {
        Linearizability.check(Operations.class, 100);
    }

    /** What Lincheck runs. */
    public static final class Operations extends SessionStoreOperations {

        private static final SessionStore STORE =
                NODES.newStore(settings -> settings.owners(1).onSplit(OnSplit.SERVE));

        /** Works on a store that is shared. */
        public Operations() {
            super(STORE);
        }
    }
}
