package dev.cloakroom.chronicle;

import dev.cloakroom.store.SessionStore;
import dev.cloakroom.testkit.SessionStoreContract;

class InMemoryStoreTest extends SessionStoreContract {

    @Override
    protected SessionStore newStore() {
        // As many as the contract puts into it: Chronicle zeroes the tables for all that might come.
        return ChronicleSessionStore.inMemory().maxSessions(20_000).build();
    }
}
