package dev.cloakroom.examples.jdbc;

import dev.cloakroom.store.SessionStore;
import dev.cloakroom.testkit.SessionEngineContract;

/** The contract of every engine, over this store. */
class JdbcSessionEngineTest extends SessionEngineContract {

    @Override
    protected SessionStore newStore() {
        return JdbcSessionStore.open(Databases.fresh());
    }

    @Override
    protected int repetitions(int usual) {
        return usual / 50;
    }
}
