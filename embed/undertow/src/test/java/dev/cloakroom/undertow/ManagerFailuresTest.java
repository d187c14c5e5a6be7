package dev.cloakroom.undertow;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.scenarios.FailureScenarios;
import dev.cloakroom.scenarios.HttpScenarios.Server;

/** Failures, with Undertow's own sessions over {@link CloakroomSessionManager}. */
class ManagerFailuresTest extends FailureScenarios {

    @Override
    protected Server start(SessionEngine engine) {
        return ManagerScenariosTest.serve(engine);
    }

    @Override
    protected boolean mustNotBlock(Thread thread) {
        return UndertowServer.isIoThread(thread);
    }
}
