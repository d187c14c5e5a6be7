package dev.cloakroom.vertx;

import dev.cloakroom.chronicle.ChronicleSessionStore;
import dev.cloakroom.store.SessionStore;

class ChronicleSessionHandlerTest extends SessionHandlerContract {

    @Override
    SessionStore newStore() {
        return ChronicleSessionStore.inMemory().maxSessions(10_000).build();
    }
}
