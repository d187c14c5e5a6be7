package dev.cloakroom.chronicle;

import dev.cloakroom.store.SessionStore;
import dev.cloakroom.testing.SessionStoreContract;
import dev.cloakroom.testing.SessionStoreOperations;

class InMemoryStoreTest extends SessionStoreContract {

    @Override
    protected SessionStore newStore() {
        // As many as the contract puts into it: Chronicle zeroes the tables for all that might come.
        return ChronicleSessionStore.inMemory().maxSessions(20_000).build();
    }

    @Override
    protected Class<? extends SessionStoreOperations> operations() {
        return Operations.class;
    }

    /** What Lincheck runs. */
    public static final class Operations extends SessionStoreOperations {

        private static final SessionStore STORE =
                ChronicleSessionStore.inMemory().build();

        /** Works on a store that is shared. */
        public Operations() {
            super(STORE);
        }
    }
}
