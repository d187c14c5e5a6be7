package dev.cloakroom.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.key.KeyAlgorithm;
import dev.cloakroom.key.KeyRingFile;
import dev.cloakroom.key.KeySet;
import dev.cloakroom.key.SigningKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** Kills the shop, whose sessions are in a Chronicle Map's files, and starts it again. */
class KillTest {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void kill9_thenAStart_sessionsAreAsTheyWere() throws Exception {
        Path keys = directory.resolve("keys.txt");
        KeyRingFile.create(keys, KeySet.of(List.of(SigningKey.generate(KeyAlgorithm.HMAC_SHA_256))));
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        List<String> settings = List.of(
                "--server.port=" + port,
                "--cloakroom.random-keys=false",
                "--cloakroom.keys-file=" + keys,
                "--cloakroom.store.type=chronicle",
                "--cloakroom.store.chronicle.max-sessions=10000",
                "--cloakroom.store.chronicle.directory=" + directory.resolve("sessions"));
        Visitor ada = new Visitor(port);
        Process shop = start(port, settings);
        try {
            assertThat(ada.login("ada")).matches(Visitor::succeeded);
            ada.body("/put?name=coat&value=red");
            ada.body("/cart");
        } finally {
            kill(shop);
        }

        try (ConfigurableApplicationContext again =
                SpringApplication.run(Shop.class, settings.toArray(String[]::new))) {
            assertThat(again.isActive()).isTrue();
            assertThat(ada.body("/attributes")).contains("coat=red");
            assertThat(ada.body("/cart")).isEqualTo("Cart[item=umbrella, count=2]");
            assertThat(new Visitor(port).login("ada")).matches(Visitor::failed);
        }
    }

    /** Sends SIGKILL. */
    private static void kill(Process process) throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    private Process start(int port, List<String> settings) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("--add-"))
                .forEach(command::add);
        command.addAll(
                List.of("-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), Shop.class.getName()));
        command.addAll(settings);
        Path log = directory.resolve("shop.log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!answers(port)) {
            assertThat(process.isAlive())
                    .as("the shop lives: " + Files.readString(log))
                    .isTrue();
            assertThat(System.nanoTime())
                    .as("the shop answers: " + Files.readString(log))
                    .isLessThan(end);
            Thread.sleep(50);
        }
        return process;
    }

    private static boolean answers(int port) {
        try {
            return new Visitor(port).get("/public/read").statusCode() == 200;
        } catch (UncheckedIOException e) {
            return false;
        }
    }
}
