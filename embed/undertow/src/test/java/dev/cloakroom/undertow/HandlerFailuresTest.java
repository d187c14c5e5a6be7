package dev.cloakroom.undertow;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.scenarios.FailureScenarios;
import dev.cloakroom.scenarios.HttpScenarios.Server;

/** Failures, with {@link CloakroomHandler}. */
class HandlerFailuresTest extends FailureScenarios {

    @Override
    protected Server start(SessionEngine engine) {
        return HandlerScenariosTest.serve(engine);
    }

    @Override
    protected boolean mustNotBlock(Thread thread) {
        return UndertowServer.isIoThread(thread);
    }
}
