package dev.cloakroom.examples.servers;

import dev.cloakroom.SessionEngine;

class NettyServerTest extends ServerContract {

    @Override
    Running start(SessionEngine sessions) throws Exception {
        return NettyServer.start(sessions, 0);
    }
}
