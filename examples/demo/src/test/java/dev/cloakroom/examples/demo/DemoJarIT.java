package dev.cloakroom.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.key.KeyRingTool;
import dev.cloakroom.testkit.FreePorts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The demo as its users start it: {@code java -jar}. */
class DemoJarIT {

    private static final String READY = "Cloakroom demo: ";
    private static final int DEADLINE_SECONDS = 60;

    @Test
    void jar_started_printsItsUrlAndServes() throws Exception {
        Process process = start("--port", "0", "--store", "heap", "--idle-timeout", "1m");
        try {
            URI uri = CompletableFuture.supplyAsync(() -> awaitUri(process)).get(DEADLINE_SECONDS, TimeUnit.SECONDS);
            X509Certificate certificate = certificateOf(uri);
            Visitor ada = new Visitor(Visitor.trusting(certificate), uri);

            assertThat(certificate.getSubjectAlternativeNames().toString())
                    .contains("localhost")
                    .contains("127.0.0.1")
                    .contains("0:0:0:0:0:0:0:1");
            ada.loggedInAs("ada");
            assertThat(ada.get("/api/me").statusCode()).isEqualTo(200);
            assertThat(ada.get("/api/orders").statusCode()).isEqualTo(200);
            assertThat(ada.get("/").body()).contains("<title>Cloakroom demo</title>");
        } finally {
            process.destroy();
            assertThat(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS))
                    .as("SIGTERM ends it")
                    .isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"chronicle", "chronicle:"})
    void jar_withChronicle_servesWithoutAnyFlags(String store, @TempDir Path directory) throws Exception {
        Process process = start("--port", "0", "--store", store.endsWith(":") ? store + directory : store);
        try {
            visitor(process).loggedInAs("ada");
        } finally {
            process.destroy();
            assertThat(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS))
                    .as("SIGTERM ends it")
                    .isTrue();
        }
    }

    @Test
    void jar_killedAndStartedAgainOnTheSameFiles_stillLoggedIn(@TempDir Path directory) throws Exception {
        Path keys = directory.resolve("demo.keys");
        Process generator = java("-cp", jar(), KeyRingTool.class.getName(), "generate", keys.toString());
        assertThat(generator.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
        String[] arguments = {
            "--port", "0", "--store", "chronicle:" + directory.resolve("sessions"), "--keys", keys.toString()
        };
        Process first = start(arguments);
        Visitor ada = visitor(first).loggedInAs("ada");
        String cookie = ada.cookie();
        first.toHandle().destroyForcibly();
        assertThat(first.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();

        Process second = start(arguments);
        try {
            assertThat(visitor(second).withCookie(cookie).get("/api/me").body()).contains("ada");
        } finally {
            second.destroy();
            assertThat(second.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void jars_ofOneCluster_firstIsKilledAndStillLoggedIn(@TempDir Path directory) throws Exception {
        Path keys = directory.resolve("demo.keys");
        Process generator = java("-cp", jar(), KeyRingTool.class.getName(), "generate", keys.toString());
        assertThat(generator.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
        Path secret = directory.resolve("cluster.key");
        Files.write(secret, SecureRandom.getSeed(32));
        List<Integer> ports = FreePorts.several(3);
        String peers = ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
        List<Process> demos = new ArrayList<>();
        try {
            List<Visitor> visitors = new ArrayList<>();
            for (int port : ports) {
                Process demo = start(
                        "--port=0",
                        "--store=infinispan",
                        "--cluster-port=" + port,
                        "--cluster-peers=" + peers,
                        "--cluster-key=" + secret,
                        "--keys=" + keys);
                demos.add(demo);
                visitors.add(visitor(demo));
            }
            String cookie = visitors.get(0).loggedInAs("ada").cookie();
            assertThat(visitors.get(1)
                            .withCookie(cookie)
                            .post("/api/visits", "")
                            .body())
                    .contains("1");
            assertThat(visitors.get(2)
                            .withCookie(cookie)
                            .post("/api/visits", "")
                            .body())
                    .contains("2");

            demos.get(0).toHandle().destroyForcibly();

            assertThat(visitors.get(1).get("/api/me").body()).contains("ada");
            assertThat(visitors.get(2).post("/api/visits", "").body()).contains("3");
            assertThat(visitors.get(2).post("/api/logout", "").statusCode()).isEqualTo(204);
            assertThat(visitors.get(1).get("/api/me").statusCode()).isEqualTo(401);
        } finally {
            demos.forEach(Process::destroy);
            for (Process demo : demos) {
                assertThat(demo.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    private static Visitor visitor(Process process) throws Exception {
        URI uri = CompletableFuture.supplyAsync(() -> awaitUri(process)).get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        return new Visitor(Visitor.trusting(certificateOf(uri)), uri);
    }

    @Test
    void jar_askedForHelp_tellsItsOptions() throws Exception {
        Process process = start("--help");

        String out = read(process);

        assertThat(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(out)
                .contains("--port")
                .contains("--store")
                .contains("--keys")
                .contains("--renewal-interval");
    }

    @Test
    void jar_badOption_saysSoAndExitsWith2() throws Exception {
        for (String[] arguments : List.of(
                new String[] {"--store", "nowhere"},
                new String[] {"--port", "http"},
                new String[] {"--keys", "no-such-file"},
                new String[] {"--idle-timeout", "soon"},
                new String[] {"--colour", "red"})) {
            Process process = start(arguments);

            String out = read(process);

            assertThat(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(2);
            assertThat(out).contains(arguments[1].equals("red") ? arguments[0] : arguments[1]);
            assertThat(out).contains("Usage:").doesNotContain("\tat ").doesNotContain("Exception");
        }
    }

    private static Process start(String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of("-jar", jar()));
        all.addAll(List.of(arguments));
        return java(all.toArray(String[]::new));
    }

    private static String jar() {
        return Objects.requireNonNull(System.getProperty("demo.jar"), "demo.jar");
    }

    private static Process java(String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static String read(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static URI awaitUri(Process process) {
        StringBuilder seen = new StringBuilder();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        try {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith(READY)) {
                    return URI.create(line.substring(READY.length()));
                }
                seen.append(line).append('\n');
            }
        } catch (IOException e) {
            throw new AssertionError("the demo's output cannot be read", e);
        }
        throw new AssertionError("the demo ended without telling its URL: " + seen);
    }

    /** Learns the certificate from the server, as a user does who accepts the browser's warning. */
    private static X509Certificate certificateOf(URI uri) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new TrustsAnyone()}, null);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", uri.getPort())) {
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    private static final class TrustsAnyone implements X509TrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
