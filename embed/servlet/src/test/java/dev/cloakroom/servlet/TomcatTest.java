package dev.cloakroom.servlet;

class TomcatTest extends HttpSuite {

    @Override
    Server start(Server.Content content) throws Exception {
        return new TomcatServer(content);
    }
}
