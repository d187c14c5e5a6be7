package dev.cloakroom.undertow;

import dev.cloakroom.scenarios.SlowStore;
import dev.cloakroom.store.SessionStore;

/** The scenarios with {@link CloakroomHandler}, on a store that answers later. */
class HandlerOnSlowStoreTest extends HandlerScenariosTest {

    @Override
    protected SessionStore newStore() {
        return new SlowStore(UndertowServer::isIoThread);
    }
}
