package dev.cloakroom.vertx;

import dev.cloakroom.scenarios.SlowStore;
import dev.cloakroom.store.SessionStore;
import io.vertx.core.Context;

/** The scenarios with vertx-web's own sessions, on a store that answers later. */
class StoreOnSlowStoreTest extends StoreScenariosTest {

    @Override
    protected SessionStore newStore() {
        return new SlowStore(thread -> Context.isOnEventLoopThread());
    }
}
