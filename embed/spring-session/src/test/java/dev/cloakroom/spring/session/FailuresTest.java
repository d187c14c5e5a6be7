package dev.cloakroom.spring.session;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.scenarios.FailureScenarios;

/** Failures with Spring's sessions, in Tomcat. */
class FailuresTest extends FailureScenarios {

    @Override
    protected ScenarioServer start(SessionEngine engine) throws Exception {
        return new ScenarioServer(engine);
    }
}
