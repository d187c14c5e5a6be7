package dev.cloakroom.servlet;

class JettyTest extends HttpSuite {

    @Override
    Server start(Server.Content content) throws Exception {
        return new JettyServer(content);
    }
}
