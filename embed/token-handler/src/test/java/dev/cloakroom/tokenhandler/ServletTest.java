package dev.cloakroom.tokenhandler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.key.KeyRing;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.apache.catalina.Context;
import org.apache.catalina.Wrapper;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The handler in Tomcat. */
class ServletTest {

    @Test
    void servlet_logsInPassesOnStreamsAndLogsOut(@TempDir Path directory) throws Exception {
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(directory.toString());
        tomcat.setHostname("localhost");
        tomcat.setPort(0);
        tomcat.getConnector();
        KeyRing keys = KeyRing.random();
        try (AuthorizationServer provider = new AuthorizationServer();
                Api api = new Api(provider::accepts);
                SessionEngine engine = SessionEngine.builder().keys(keys).build()) {
            Context context = tomcat.addContext("", null);
            tomcat.start();
            String origin = "http://localhost:" + tomcat.getConnector().getLocalPort();
            TokenHandler handler = TokenHandler.builder(engine)
                    .keys(keys)
                    .origin(origin)
                    .issuer(provider.issuer)
                    .client(ClientCredentials.secretBasic(AuthorizationServer.CLIENT_ID, AuthorizationServer.SECRET))
                    .upstream("/api/", api.base())
                    .build();
            Wrapper servlet = Tomcat.addServlet(context, "token", new TokenServlet(handler));
            for (String pattern : List.of("/bff/*", "/api/*")) {
                servlet.addMapping(pattern);
            }
            Visitor visitor = new Visitor(origin).loggedIn();

            assertThat(visitor.fetch("/api/a?b=%20c").body()).isEqualTo("GET /v1/a?b=%20c 0");
            assertThat(visitor.post("/api/a", "abc").body()).isEqualTo("POST /v1/a 3");
            assertThat(visitor.fetch("/api/nothing").statusCode()).isEqualTo(204);
            assertThat(visitor.fetch("/api/..%2fa").statusCode()).isEqualTo(400);
            assertThat(visitor.send(visitor.request("/api/a")).statusCode()).isEqualTo(403);
            assertEventsArriveOneByOne(visitor, api);
            assertThat(visitor.post("/bff/logout", "").statusCode()).isEqualTo(200);
            assertThat(visitor.fetch("/api/a").statusCode()).isEqualTo(401);
        } finally {
            tomcat.stop();
            tomcat.destroy();
        }
    }

    private static void assertEventsArriveOneByOne(Visitor visitor, Api api) throws IOException {
        HttpResponse<InputStream> response = visitor.send(
                visitor.request("/api/events").header("X-CSRF", "1"), true, HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream events = response.body()) {
            for (int i = 1; i <= 3; i++) {
                api.events.release();
                byte[] event = events.readNBytes("data: 1\n\n".length());
                assertThat(new String(event, StandardCharsets.UTF_8)).isEqualTo("data: " + i + "\n\n");
            }
            assertThat(events.read()).isEqualTo(-1);
        }
    }
}
