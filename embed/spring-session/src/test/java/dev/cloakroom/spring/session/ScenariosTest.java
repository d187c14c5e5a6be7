package dev.cloakroom.spring.session;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.scenarios.HttpScenarios;

/** The scenarios with Spring's sessions, in Tomcat. */
class ScenariosTest extends HttpScenarios {

    @Override
    protected ScenarioServer start(SessionEngine engine) throws Exception {
        return new ScenarioServer(engine);
    }
}
