package dev.cloakroom.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class InTurnsTest {

    private static final String ALL =
            " -f 3 -wi 0 -i 2 -r 10ms -foe true -jvmArgsAppend -Xmx64m -- Baseline.empty -- Baseline.empty -t 2"
                    + " -- Baseline.empty";

    @TempDir
    private Path directory;

    @Test
    void runsEachOnceBeforeAnyIsRunAgain_andWritesAllForksOfEach() throws Exception {
        Path file = directory.resolve("results.json");
        PrintStream console = System.out;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            InTurns.main((file + ALL).split(" "));
        } finally {
            System.setOut(console);
        }

        List<String> order = said.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("# Threads: "))
                .map(line -> line.substring("# Threads: ".length(), "# Threads: ".length() + 1))
                .toList();
        assertThat(order).containsExactly("1", "2", "1", "1", "2", "1", "1", "2", "1");
        List<JsonNode> results =
                new JsonMapper().readTree(file.toFile()).valueStream().toList();
        assertThat(results)
                .extracting(result -> result.required("threads").asInt())
                .containsExactly(1, 2);
        assertThat(results)
                .extracting(InTurnsTest::iterations)
                .containsExactly(List.of(2, 2, 2, 2, 2, 2), List.of(2, 2, 2));
    }

    /** Returns how many iterations each fork of a result has. */
    private static List<Integer> iterations(JsonNode result) {
        return result.required("primaryMetric")
                .required("rawData")
                .valueStream()
                .map(JsonNode::size)
                .toList();
    }
}
