package dev.cloakroom.infinispan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.store.SessionStore;
import dev.cloakroom.testing.SessionStoreContract;
import dev.cloakroom.testing.SessionStoreOperations;

class LocalStoreTest extends SessionStoreContract {

    private static final Nodes NODE = Nodes.local();

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
        return Operations.class;
    }

    /** What Lincheck runs. */
    public static final class Operations extends SessionStoreOperations {

        private static final SessionStore STORE = NODE.newStore();

        /** Works on a store that is shared. */
        public Operations() {
            super(STORE);
        }
    }
}
