package dev.cloakroom.servlet;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.scenarios.FailureScenarios;

/** Failures in Tomcat. */
class TomcatFailuresTest extends FailureScenarios {

    @Override
    protected Server start(SessionEngine engine) throws Exception {
        return Scenarios.serve(TomcatServer::new, engine);
    }
}
