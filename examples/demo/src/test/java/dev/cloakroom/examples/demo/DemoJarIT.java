package dev.cloakroom.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.key.KeyRingTool;
import dev.cloakroom.testkit.FreePorts;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo as its users start it: {@code java -jar}. */
class DemoJarIT {

    private static final int DEADLINE_SECONDS = DemoJar.DEADLINE_SECONDS;

    @Test
    void jar_started_printsItsUrlAndServes() throws Exception {
        Process process = DemoJar.start("--port", "0", "--store", "heap", "--idle-timeout", "1m");
        try {
            URI uri = CompletableFuture.supplyAsync(() -> DemoJar.awaitUri(process))
                    .get(DEADLINE_SECONDS, TimeUnit.SECONDS);
            X509Certificate certificate = DemoJar.certificateOf(uri);
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

    @Test
    void jar_withChronicle_servesWithoutAnyFlags() throws Exception {
        Process process = DemoJar.start("--port", "0", "--store", "chronicle");
        try {
            DemoJar.visitor(process).loggedInAs("ada");
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
        Process generator =
                DemoJar.java("-cp", DemoJar.jar(), KeyRingTool.class.getName(), "generate", keys.toString());
        assertThat(generator.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
        String[] arguments = {
            "--port", "0", "--store", "chronicle:" + directory.resolve("sessions"), "--keys", keys.toString()
        };
        Process first = DemoJar.start(arguments);
        Visitor ada = DemoJar.visitor(first).loggedInAs("ada");
        String cookie = ada.cookie();
        first.toHandle().destroyForcibly();
        assertThat(first.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();

        Process second = DemoJar.start(arguments);
        try {
            assertThat(DemoJar.visitor(second).withCookie(cookie).get("/api/me").body())
                    .contains("ada");
        } finally {
            second.destroy();
            assertThat(second.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void jars_ofOneCluster_firstIsKilledAndStillLoggedIn(@TempDir Path directory) throws Exception {
        Path keys = directory.resolve("demo.keys");
        Process generator =
                DemoJar.java("-cp", DemoJar.jar(), KeyRingTool.class.getName(), "generate", keys.toString());
        assertThat(generator.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
        Path secret = directory.resolve("cluster.key");
        Files.write(secret, SecureRandom.getSeed(32));
        List<Integer> ports = FreePorts.several(3);
        String peers = ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
        List<Process> demos = new ArrayList<>();
        try {
            List<Visitor> visitors = new ArrayList<>();
            for (int port : ports) {
                demos.add(DemoJar.java(
                        "-XX:TieredStopAtLevel=1", // starts sooner
                        "-XX:+UseSerialGC",
                        "-jar",
                        DemoJar.jar(),
                        "--port=0",
                        "--store=infinispan",
                        "--cluster-port=" + port,
                        "--cluster-peers=" + peers,
                        "--cluster-key=" + secret,
                        "--keys=" + keys));
                if (demos.size() == 1) {
                    visitors.add(DemoJar.visitor(demos.get(0))); // the others join it, both at a time
                }
            }
            visitors.add(DemoJar.visitor(demos.get(1)));
            visitors.add(DemoJar.visitor(demos.get(2)));
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
            demos.forEach(Process::destroyForcibly);
            for (Process demo : demos) {
                assertThat(demo.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    @Test
    void jar_askedForHelp_tellsItsOptions() throws Exception {
        Process process = DemoJar.start("--help");

        String out = DemoJar.read(process);

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
            Process process = DemoJar.start(arguments);

            String out = DemoJar.read(process);

            assertThat(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(2);
            assertThat(out).contains(arguments[1].equals("red") ? arguments[0] : arguments[1]);
            assertThat(out).contains("Usage:").doesNotContain("\tat ").doesNotContain("Exception");
        }
    }
}
