package dev.cloakroom.jmh.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TablesTest {

    @TempDir
    private Path folder;

    private static String result(String store, String jdk, String unit, String forks) {
        return """
                {"benchmark": "dev.cloakroom.jmh.LookupBenchmark.lookup", "mode": "avgt", "threads": 1, "jdkVersion": "%s",
                 "jvmArgs": [], "params": {"store": "%s"},
                 "primaryMetric": {"scoreUnit": "%s", "rawData": %s},
                 "secondaryMetrics": {"gc.alloc.rate.norm": {"rawData": [[120.4]]}}}""".formatted(jdk, store, unit, forks);
    }

    private void file(String name, String... results) throws IOException {
        Files.writeString(folder.resolve(name), "[" + String.join(",", results) + "]");
    }

    private static String tables(Tables tables) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        tables.print(new PrintStream(out, true, StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void print_twoJdks_oneRowForEachCaseAndRatiosToTheFirst() throws IOException {
        file(
                "17.json",
                result("heap", "17.0.15", "ns/op", "[[900, 1100], [1200], [1400]]"),
                result("chronicle", "17.0.15", "us/op", "[[2.4]]"));
        file("25.json", result("heap", "25.0.3", "ns/op", "[[50, 70]]"));
        Tables tables = new Tables();
        tables.read(folder.resolve("17.json"));
        tables.read(folder.resolve("25.json"));

        assertThat(tables(tables).lines())
                .containsExactly(
                        "### LookupBenchmark.lookup",
                        "",
                        "| store | threads | JDK 17: ns | JDK 17: to the first | JDK 17: B/op | JDK 25: ns | JDK 25: to the"
                                + " first | JDK 25: B/op |",
                        "|---|---|---:|---:|---:|---:|---:|---:|",
                        "| heap | 1 | 1,200 (1,000–1,400) | 1.00 (0.71–1.40) | 120 | 60.0 (50.0–70.0) | 1.00 (0.71–1.40) |"
                                + " 120 |",
                        "| chronicle | 1 | 2,400 | 2.00 (1.71–2.40) | 120 |  |  |  |",
                        "");
    }

    @Test
    void read_sameCaseTwice_refused() throws IOException {
        file("a.json", result("heap", "25", "ns/op", "[[1]]"), result("heap", "25", "ns/op", "[[2]]"));

        assertThatThrownBy(() -> new Tables().read(folder.resolve("a.json")))
                .hasRootCauseMessage("two results for LookupBenchmark.lookup{store=heap, threads=1}, JDK 25");
    }

    @Test
    void read_throughputOrNoResults_refused() throws IOException {
        file("a.json", result("heap", "25", "ops/s", "[[1]]"));
        Files.writeString(folder.resolve("b.json"), "{]");

        assertThatThrownBy(() -> new Tables().read(folder.resolve("a.json")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a.json");
        assertThatThrownBy(() -> new Tables().read(folder.resolve("b.json")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("b.json");
    }

    @Test
    void figure_evenNumberOfForks_liesBetweenTheTwoInTheMiddle() {
        assertThat(Figure.of(List.of(List.of(1.0), List.of(2.0), List.of(4.0), List.of(50.0))))
                .isEqualTo(new Figure(3, 1, 50));
        assertThatThrownBy(() -> Figure.of(List.of(List.of(1.0), List.of())))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
