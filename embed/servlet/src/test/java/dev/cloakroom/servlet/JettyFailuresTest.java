package dev.cloakroom.servlet;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.scenarios.FailureScenarios;

/** Failures in Jetty. */
class JettyFailuresTest extends FailureScenarios {

    @Override
    protected Server start(SessionEngine engine) throws Exception {
        return Scenarios.serve(JettyServer::new, engine);
    }
}
