package dev.cloakroom.examples.servers;

import dev.cloakroom.SessionEngine;

class JavalinServerTest extends ServerContract {

    @Override
    Running start(SessionEngine sessions) throws Exception {
        return JavalinServer.start(sessions, 0);
    }
}
