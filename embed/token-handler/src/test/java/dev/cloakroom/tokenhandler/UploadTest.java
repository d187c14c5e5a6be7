package dev.cloakroom.tokenhandler;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.key.KeyRing;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A body that is larger than the memory of the process that passes it on. */
class UploadTest {

    private static final long SIZE = 200L * 1024 * 1024;

    @Test
    void upload_of200MiB_passesAHeapOf64MiB() throws IOException, InterruptedException {
        try (AuthorizationServer provider = new AuthorizationServer();
                Api api = new Api(provider::accepts)) {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx64m",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Small.class.getName(),
                            provider.issuer,
                            api.base().toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (BufferedReader said =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                Visitor visitor = new Visitor(Objects.requireNonNull(said.readLine(), "the process ended")).loggedIn();

                HttpResponse<String> response = visitor.send(visitor.request("/api/upload")
                        .header("X-CSRF", "1")
                        .PUT(HttpRequest.BodyPublishers.ofInputStream(() -> new Zeros(SIZE))));

                assertThat(response.statusCode()).isEqualTo(200);
                assertThat(response.body()).isEqualTo("PUT /v1/upload " + SIZE);
                assertThat(process.isAlive()).isTrue();
            } finally {
                process.destroyForcibly().waitFor();
            }
        }
    }

    /** An application in a process of its own. */
    static final class Small {

        private Small() {}

        public static void main(String[] arguments) throws IOException {
            KeyRing keys = KeyRing.random();
            HttpServer server = Http.server();
            TokenHandler handler = TokenHandler.builder(
                            SessionEngine.builder().keys(keys).build())
                    .keys(keys)
                    .origin(Http.origin(server))
                    .issuer(arguments[0])
                    .client(ClientCredentials.secretBasic(AuthorizationServer.CLIENT_ID, AuthorizationServer.SECRET))
                    .upstream("/api/", URI.create(arguments[1]))
                    .maxBody(SIZE)
                    .build();
            server.createContext("/", TokenHandlers.jdk(handler));
            System.out.println(Http.origin(server));
            System.in.read();
        }
    }

    private static final class Zeros extends InputStream {

        private long left;

        Zeros(long length) {
            left = length;
        }

        @Override
        public int read() {
            return left-- > 0 ? 0 : -1;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            if (left == 0) {
                return -1;
            }
            int count = (int) Math.min(left, length);
            left -= count;
            return count;
        }
    }
}
