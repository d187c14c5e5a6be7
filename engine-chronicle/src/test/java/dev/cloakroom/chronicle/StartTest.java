package dev.cloakroom.chronicle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.openhft.chronicle.core.Jvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user sees when a store is opened in a JVM started with these flags or those. */
class StartTest {

    @TempDir
    private Path home;

    /** Opens a store in memory and one in files, and says so or why not. */
    static final class Starter {

        private Starter() {}

        public static void main(String[] arguments) {
            if (arguments.length > 0) {
                // Chronicle gives its banner to a logger, as it does the times that it took on a slow machine.
                Jvm.setPerfExceptionHandler((type, message, thrown) -> {
                    if (message != null && !message.startsWith("Took ")) {
                        System.out.println(message);
                    }
                });
            }
            try (ChronicleSessionStore memory = ChronicleSessionStore.inMemory().build();
                    ChronicleSessionStore files = ChronicleSessionStore.persistedTo(
                                    Path.of(System.getProperty("java.io.tmpdir"), "sessions"))
                            .build()) {
                System.out.println("opened " + memory.size() + " " + files.size());
            } catch (IllegalStateException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    @Test
    void build_allFlags_quietAndNothingLeftInTheHomeFolder() throws Exception {
        assertThat(run(flags(), "loud")).isEqualTo("opened 0 0\n");
        assertThat(home.resolve("tmp")).isNotEmptyDirectory();
        assertThat(home).isDirectoryNotContaining("glob:**/.*").isDirectoryContaining("glob:**/tmp");
        assertThat(home.toFile().list()).containsExactly("tmp");
    }

    @Test
    void build_noFlags_allAreNamed() throws Exception {
        List<String> needed =
                flags().stream().filter(flag -> flag.startsWith("--add-")).toList();
        assertThat(needed).isNotEmpty();

        assertThat(run(List.of()))
                .startsWith("Chronicle Map needs the JVM to be started with ")
                .contains(needed)
                .hasLineCount(1);
    }

    @Test
    void build_oneFlagMissing_thatOneIsNamed() throws Exception {
        List<String> needed =
                flags().stream().filter(flag -> flag.startsWith("--add-")).toList();
        String missing = needed.get(needed.size() / 2);
        List<String> others =
                flags().stream().filter(flag -> !flag.equals(missing)).toList();

        assertThat(run(others)).contains(missing).doesNotContain(others);
    }

    @Test
    void classPath_hasNothingThatPhonesHome() {
        assertThat(getClass().getResource("/net/openhft/chronicle/analytics/Analytics.class"))
                .isNull();
    }

    private static List<String> flags() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("--"))
                .toList();
    }

    private String run(List<String> flags, String... arguments) throws IOException, InterruptedException {
        Path temporary = home.resolve("tmp");
        Files.createDirectories(temporary);
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
        command.addAll(flags);
        command.addAll(List.of(
                "-Duser.home=" + home,
                "-Djava.io.tmpdir=" + temporary,
                "-Dslf4j.internal.verbosity=ERROR",
                "-cp",
                System.getProperty("java.class.path"),
                Starter.class.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return output;
    }
}
