package dev.cloakroom.undertow;

import dev.cloakroom.scenarios.SlowStore;
import dev.cloakroom.store.SessionStore;

/** The scenarios with {@link CloakroomSessionManager}, on a store that answers later. */
class ManagerOnSlowStoreTest extends ManagerScenariosTest {

    @Override
    protected SessionStore newStore() {
        return new SlowStore(UndertowServer::isIoThread);
    }
}
