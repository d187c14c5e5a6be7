package dev.cloakroom.examples.capacity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CapacityTest {

    @Test
    void main_fewSessions_printsTheTable(@TempDir Path directory) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dcapacity.seconds=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Capacity.class.getName(),
                        "2000",
                        directory.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();

        assertThat(process.exitValue()).as(output).isZero();
        for (Figure figure : Figure.values()) {
            assertThat(output).containsPattern("\\| \\Q" + figure.title() + "\\E \\|.*\\| +[0-9,]+ \\|\n");
        }
        assertThat(output).contains("| sessions lost by kill -9 |  |  | 0 |");
        assertThat(directory).isEmptyDirectory();
    }
}
