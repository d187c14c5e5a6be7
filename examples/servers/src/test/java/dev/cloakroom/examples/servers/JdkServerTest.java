package dev.cloakroom.examples.servers;

import dev.cloakroom.SessionEngine;

class JdkServerTest extends ServerContract {

    @Override
    Running start(SessionEngine sessions) throws Exception {
        return JdkServer.start(sessions, 0);
    }
}
