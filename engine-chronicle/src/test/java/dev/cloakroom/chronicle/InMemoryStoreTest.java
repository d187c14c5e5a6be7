package dev.cloakroom.chronicle;

import dev.cloakroom.store.SessionStore;
import dev.cloakroom.testing.SessionStoreContract;
import dev.cloakroom.testing.SessionStoreOperations;

class InMemoryStoreTest extends SessionStoreContract {

    @Override
    protected SessionStore newStore() {
        return ChronicleSessionStore.inMemory().build();
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
