package dev.cloakroom;

import dev.cloakroom.store.HeapSessionStore;
import dev.cloakroom.testkit.Effort;
import dev.cloakroom.testkit.LinearizabilityContract;
import dev.cloakroom.testkit.SessionStoreOperations;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class HeapSessionStoreLinearizabilityTest extends LinearizabilityContract {

    @Override
    protected Class<? extends SessionStoreOperations> operations() {
        return Operations.class;
    }

    @Tag("long")
    @Test
    void operations_modelChecked_linearizable() {
        new ModelCheckingOptions()
                .iterations(Effort.times(2))
                .invocationsPerIteration(300)
                .threads(2)
                .actorsPerThread(3)
                .check(Operations.class);
    }

    /** The calls that Lincheck runs. */
    public static final class Operations extends SessionStoreOperations {
        /** Works on a store of its own. */
        public Operations() {
            super(HeapSessionStore.builder().maxSessions(100).build());
        }
    }
}
