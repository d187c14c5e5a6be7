package dev.cloakroom.examples.servers;

import dev.cloakroom.SessionEngine;

class MicronautServerTest extends ServerContract {

    @Override
    Running start(SessionEngine sessions) {
        return MicronautServer.start(sessions, 0);
    }
}
