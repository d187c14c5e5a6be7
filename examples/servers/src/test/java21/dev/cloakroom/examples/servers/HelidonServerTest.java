package dev.cloakroom.examples.servers;

import dev.cloakroom.SessionEngine;

class HelidonServerTest extends ServerContract {

    @Override
    Running start(SessionEngine sessions) throws Exception {
        return HelidonServer.start(sessions, 0);
    }
}
