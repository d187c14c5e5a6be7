package dev.cloakroom.vertx;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.scenarios.FailureScenarios;
import dev.cloakroom.scenarios.HttpScenarios.Server;
import io.vertx.core.Context;

/** Failures, with vertx-web's own sessions over {@link CloakroomSessionStore}. */
class StoreFailuresTest extends FailureScenarios {

    @Override
    protected Server start(SessionEngine engine) throws Exception {
        return VertxServer.start((vertx, router) -> StoreScenariosTest.routes(vertx, router, engine));
    }

    @Override
    protected boolean mustNotBlock(Thread thread) {
        return Context.isOnEventLoopThread();
    }

    /** vertx-web's own handler has no other status for a store that fails. */
    @Override
    protected int unavailable() {
        return 500;
    }
}
