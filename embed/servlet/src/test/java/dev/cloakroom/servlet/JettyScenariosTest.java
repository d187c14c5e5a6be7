package dev.cloakroom.servlet;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.scenarios.HttpScenarios;

/** The scenarios in Jetty. */
class JettyScenariosTest extends HttpScenarios {

    @Override
    protected Server start(SessionEngine engine) throws Exception {
        return Scenarios.serve(JettyServer::new, engine);
    }
}
