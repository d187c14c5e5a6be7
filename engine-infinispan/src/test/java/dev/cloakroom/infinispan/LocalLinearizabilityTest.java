package dev.cloakroom.infinispan;

import dev.cloakroom.store.SessionStore;
import dev.cloakroom.testkit.LinearizabilityContract;
import dev.cloakroom.testkit.SessionStoreOperations;

class LocalLinearizabilityTest extends LinearizabilityContract {

    private static final Nodes NODE = Nodes.local();

    @Override
    protected Class<? extends SessionStoreOperations> operations() {
        return Operations.class;
    }

    /** The calls that Lincheck runs. */
    public static final class Operations extends SessionStoreOperations {

        private static final SessionStore STORE = NODE.newStore();

        /** Works on a store that is shared. */
        public Operations() {
            super(STORE);
        }
    }
}
