package dev.cloakroom.chronicle;

import dev.cloakroom.store.SessionStore;
import dev.cloakroom.testkit.LinearizabilityContract;
import dev.cloakroom.testkit.SessionStoreOperations;

class InMemoryLinearizabilityTest extends LinearizabilityContract {

    @Override
    protected Class<? extends SessionStoreOperations> operations() {
        return Operations.class;
    }

    /** The calls that Lincheck runs. */
    public static final class Operations extends SessionStoreOperations {

        private static final SessionStore STORE =
                ChronicleSessionStore.inMemory().build();

        /** Works on a store that is shared. */
        public Operations() {
            super(STORE);
        }
    }
}
