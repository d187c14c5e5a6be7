package dev.cloakroom.vertx;

import dev.cloakroom.scenarios.SlowStore;
import dev.cloakroom.store.SessionStore;
import io.vertx.core.Context;

/** The scenarios with {@link CloakroomHandler}, on a store that answers later. */
class HandlerOnSlowStoreTest extends HandlerScenariosTest {

    @Override
    protected SessionStore newStore() {
        return new SlowStore(thread -> Context.isOnEventLoopThread());
    }
}
