package dev.cloakroom.tokenhandler;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The handler in Tomcat. */
class ServletTest {

    @Test
    void servlet_logsInPassesOnStreamsAndLogsOut(@TempDir Path directory) throws Exception {
        try (AuthorizationServer provider = new AuthorizationServer();
                Api api = new Api(provider::accepts);
                TomcatSite site = new TomcatSite(
                        provider, api, new WebSocketApi(provider::accepts), directory, builder -> builder)) {
            Visitor visitor = new Visitor(site.origin).loggedIn();

            assertThat(visitor.fetch("/api/a?b=%20c").body()).isEqualTo("GET /v1/a?b=%20c 0");
            assertThat(visitor.post("/api/a", "abc").body()).isEqualTo("POST /v1/a 3");
            assertThat(visitor.fetch("/api/nothing").statusCode()).isEqualTo(204);
            assertThat(visitor.fetch("/api/..%2fa").statusCode()).isEqualTo(400);
            assertThat(visitor.send(visitor.request("/api/a")).statusCode()).isEqualTo(403);
            assertEventsArriveOneByOne(visitor, api);
            try (InputStream events = visitor.stream("/api/endless-events")) {
                assertThat(events.readNBytes(9)).hasSize(9);
                assertThat(visitor.post("/bff/logout", "").statusCode()).isEqualTo(200);
                events.transferTo(OutputStream.nullOutputStream());
            }
            assertThat(visitor.fetch("/api/a").statusCode()).isEqualTo(401);
        }
    }

    private static void assertEventsArriveOneByOne(Visitor visitor, Api api) throws IOException {
        try (InputStream events = visitor.stream("/api/events")) {
            for (int i = 1; i <= 3; i++) {
                api.events.release();
                byte[] event = events.readNBytes("data: 1\n\n".length());
                assertThat(new String(event, StandardCharsets.UTF_8)).isEqualTo("data: " + i + "\n\n");
            }
            assertThat(events.read()).isEqualTo(-1);
        }
    }
}
