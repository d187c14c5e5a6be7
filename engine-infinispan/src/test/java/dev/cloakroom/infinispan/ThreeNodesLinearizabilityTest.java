package dev.cloakroom.infinispan;

import dev.cloakroom.store.SessionStore;
import dev.cloakroom.testkit.LinearizabilityContract;
import dev.cloakroom.testkit.SessionStoreOperations;

/**
 * Calls on three nodes are linearizable, with one owner of each session: while a write of several copies is under way,
 * one node may see it already and another not yet. Runs with {@code -Plong}.
 */
class ThreeNodesLinearizabilityTest extends LinearizabilityContract {

    private static final Nodes NODES = Nodes.clustered(3);

    @Override
    protected Class<? extends SessionStoreOperations> operations() {
        return Operations.class;
    }

    @Override
    protected int invocations() {
        return 100;
    }

    /** The calls that Lincheck runs. */
    public static final class Operations extends SessionStoreOperations {

        private static final SessionStore STORE =
                NODES.newStore(settings -> settings.owners(1).onSplit(OnSplit.SERVE));

        /** Works on a store that is shared. */
        public Operations() {
            super(STORE);
        }
    }
}
