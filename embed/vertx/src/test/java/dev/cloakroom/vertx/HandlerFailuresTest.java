package dev.cloakroom.vertx;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.scenarios.FailureScenarios;
import dev.cloakroom.scenarios.HttpScenarios.Server;
import io.vertx.core.Context;

/** Failures, with {@link CloakroomHandler}. */
class HandlerFailuresTest extends FailureScenarios {

    @Override
    protected Server start(SessionEngine engine) throws Exception {
        return VertxServer.start((vertx, router) -> HandlerScenariosTest.routes(router, engine));
    }

    @Override
    protected boolean mustNotBlock(Thread thread) {
        return Context.isOnEventLoopThread();
    }
}
