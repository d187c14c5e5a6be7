package dev.cloakroom.chronicle;

import dev.cloakroom.store.SessionStore;
import dev.cloakroom.testing.SessionEngineContract;

class InMemoryEngineTest extends SessionEngineContract {

    @Override
    protected SessionStore newStore() {
        return ChronicleSessionStore.inMemory().maxSessions(20_000).build();
    }
}
