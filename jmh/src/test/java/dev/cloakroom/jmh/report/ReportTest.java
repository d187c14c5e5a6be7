package dev.cloakroom.jmh.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {

    @TempDir
    Path docs = Path.of("");

    private Path folder = docs;

    @BeforeAll
    static void drawWithoutAScreen() {
        System.setProperty("java.awt.headless", "true");
    }

    @BeforeEach
    void putFiles() throws IOException {
        folder = docs.resolve("benchmarks");
        Files.createDirectories(folder.resolve("notes"));
        put("jdk17.json", "jdk17.json");
        put("jdk25.json", "jdk25.json");
        note("machine", "2 virtual cores");
    }

    @Test
    void setsThePathBesideItsPartsForEachJdk() throws IOException {
        assertThat(page())
                .contains("Machine: 2 virtual cores")
                .contains("| 17 | OpenJDK 64-Bit Server VM 17.0.16+8 |")
                .contains("| 25 | OpenJDK 64-Bit Server VM 25.0.3+9 |")
                .contains(
                        "| hmac | 100,000 | 470 (440–480) | 400 (390–430) | 1.18 (1.02–1.23) | 1.00 (0.88–1.04) | 120"
                                + " | 235 (220–240) | 200 (195–215) | 1.18 (1.02–1.23) | 1.00 (0.88–1.04) | 200 | 1.18 (1.10–1.20) | 120 |")
                .contains("| cmac | 100,000 | 330 | 300 | 1.10 | 0.89 | 120 | 165 | 150 | 1.10 | 0.89 |  |  | 120 |");
    }

    @Test
    void comparesStoresSealingThreadsPeersAndSignatures() throws IOException {
        assertThat(page())
                .contains("| hmac | 100,000 | heap | 470 (440–480) | 1 | 120 | 235 (220–240) | 1 | 120 |")
                .contains("| hmac | 100,000 | chronicle | 940 | 2.00 (1.96–2.14) | 120 |")
                .contains(
                        "| hmac | 100,000 | heap | 870 | 470 (440–480) | 400 (390–430) | 400 | 1.00 (0.98–1.08) | 120 |")
                .contains("| hmac | false | 100,000 | heap | 2 | 470 (440–480) | 500 | 1.88 (1.76–1.92) | 120 |")
                .contains("| **cloakroom-hmac** | 470 | 1 | 235 | 1 |\n| tomcat | 940 | 2.00 | 470 | 2.00 |")
                .contains("| `sign` | hmac | 200 | 1 | 0.50 | 100 | 1 | 0.50 |")
                .contains("| `remoteRead` | 70,000 (60,000–80,000) | 35,000 (30,000–40,000) |");
    }

    @Test
    void tellsVirtualThreadsFromThePlatforms() throws IOException {
        String onVirtualThreads = Files.readString(folder.resolve("jdk25.json"))
                .replace("\"mode\"", "\"jvmArgs\": [\"-Xmx8g\", \"-Djmh.executor=VIRTUAL\"], \"mode\"");
        Files.writeString(folder.resolve("virtual.json"), onVirtualThreads);
        assertThat(page())
                .contains("| cmac | 100,000 | 330 | 300 | 1.10 | 0.89 | 120 | 165 | 150 | 1.10 | 0.89 |  |  | 120 |")
                .contains("| hmac | false | 100,000 | heap | 2 | ")
                .contains("| hmac | false | 100,000 | heap | 2 virtual |  |  |  |  | 235 (220–240) | 250 |")
                .contains("| hmac | false | 100,000 | heap | 1 virtual | ");
    }

    @Test
    void drawsGrowthAndHidesNothingThatItDoesNotKnow() throws IOException {
        assertThat(page())
                .contains("![A request, by the number of sessions in the store](benchmarks/growth-sessions.svg)")
                .contains("| 5,000,000 | 600 | 1.50 | 300 | 1.50 |")
                .contains("| `Unheard.of` | 5.00 | 2.50 |")
                .contains("- [jdk17.json](benchmarks/jdk17.json)\n- [jdk25.json](benchmarks/jdk25.json)\n");
    }

    @Test
    void leavesOutWhatWasNotMeasured() throws IOException {
        assertThat(page()).doesNotContain("## Forged cookies", "## Commits", "## Attributes", "By attributes");
    }

    /** A peer or a number of sessions that only one JDK was measured with may be the first of a chart. */
    @Test
    void drawsSeriesThatBeginWithoutAFigure() {
        Figure figure = Figure.of(List.of(List.of(2.0)));

        byte[] chart = new BarChart("title", "unit", List.of("first", "second"))
                .series("JDK 17", Arrays.asList(null, figure))
                .series("JDK 25", List.of(figure, figure))
                .svg();

        assertThat(new String(chart, StandardCharsets.UTF_8)).contains("<svg");
    }

    @Test
    void insertsNotesAfterTheirHeadings() throws IOException {
        note("intro", "In short: *fast*.");
        note("path", "About the path.");
        note("forgery", "About what was not measured.");
        note("slower", "Ids are hashed.");
        assertThat(page())
                .startsWith("# Benchmarks\n\nIn short: *fast*.\n\n## How this was measured\n")
                .contains("## The whole path and its parts\n\nAbout the path.\n\nFrom `Cookie` header")
                .contains("## Where it is slower\n\nIds are hashed.\n")
                .doesNotContain("not measured.");
    }

    @Test
    void refusesNotesOfNoSection() throws IOException {
        note("peeers", "Lost.");
        assertThatThrownBy(this::page)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("peeers");
    }

    @Test
    void asksForTheMachineOnce() throws IOException {
        Files.delete(folder.resolve("notes/machine.md"));
        assertThat(page()).containsPattern("Machine: \\d+ processors \\(");
        note("machine", "another");
        assertThat(page()).contains("Machine: another");
    }

    @Test
    void refusesTwoFiguresForOneKey() throws IOException {
        put("jdk17.json", "later.json");
        assertThatThrownBy(this::page)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("measured twice: Baseline.sha256{}, 1 thread, JDK 17 is in jdk17.json and in later.json");
    }

    @Test
    void refusesWhatIsNoAverageTime() throws IOException {
        String json = Files.readString(folder.resolve("jdk17.json")).replace("\"avgt\"", "\"thrpt\"");
        Files.writeString(folder.resolve("jdk17.json"), json);
        assertThatThrownBy(this::page).hasMessageContaining("mode thrpt");
        Files.writeString(folder.resolve("jdk17.json"), "{");
        assertThatThrownBy(this::page)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("jdk17.json");
    }

    @Test
    void refusesToMakeAPageOfNothing() throws IOException {
        Files.delete(folder.resolve("jdk17.json"));
        Files.delete(folder.resolve("jdk25.json"));
        assertThatThrownBy(this::page).hasMessageContaining("no results");
    }

    @Test
    void writesTheSameBytesForTheSameFiles() throws IOException {
        page();
        SortedMap<String, String> first = written();
        page();
        assertThat(written()).isEqualTo(first);
        assertThat(first.keySet())
                .containsExactly(
                        "benchmarks.md",
                        "benchmarks/growth-sessions.svg",
                        "benchmarks/path.svg",
                        "benchmarks/peers.svg",
                        "benchmarks/stores.svg");
    }

    @Test
    void drawsWellFormedCharts() throws Exception {
        page();
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        for (String name : List.of("path", "peers", "stores", "growth-sessions")) {
            Path file = folder.resolve(name + ".svg");
            assertThat(factory.newDocumentBuilder()
                            .parse(file.toFile())
                            .getDocumentElement()
                            .getAttribute("width"))
                    .isEqualTo("900px");
        }
    }

    private String page() throws IOException {
        Report.write(docs);
        return Files.readString(docs.resolve("benchmarks.md"));
    }

    private SortedMap<String, String> written() throws IOException {
        SortedMap<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(docs)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = docs.relativize(file).toString();
                if (name.endsWith(".svg") || name.equals("benchmarks.md")) {
                    contents.put(name, Files.readString(file, StandardCharsets.UTF_8));
                }
            }
        }
        return contents;
    }

    private void note(String id, String text) throws IOException {
        Files.writeString(folder.resolve("notes").resolve(id + ".md"), text + "\n");
    }

    private void put(String resource, String name) throws IOException {
        try (InputStream json = Objects.requireNonNull(ReportTest.class.getResourceAsStream(resource))) {
            Files.copy(json, folder.resolve(name));
        }
    }
}
