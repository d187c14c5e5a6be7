package dev.cloakroom.jmh.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Makes {@code docs/benchmarks.md} and its charts from JMH's result files in {@code docs/benchmarks} and the
 * hand-written notes in {@code docs/benchmarks/notes}.
 *
 * <p>The same files give the same page, byte for byte, so a change of the page is a change of the figures.
 */
public final class Report {

    private static final String INTRO = "intro";
    private static final String MACHINE = "machine";
    private static final String SLOWER = "slower";

    private Report() {}

    /** Makes the page anew. The one argument is the folder of the documentation; without it, {@code docs}. */
    public static void main(String[] args) throws IOException {
        // Charts are drawn on servers too.
        System.setProperty("java.awt.headless", "true");
        try {
            write(Path.of(args.length == 0 ? "docs" : args[0]));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    /** Makes the page in a folder of documentation. */
    static void write(Path docs) throws IOException {
        Path folder = docs.resolve("benchmarks");
        List<Path> files = files(folder);
        Results results = new ResultsReader().read(files);
        if (results.all().isEmpty()) {
            throw new IllegalArgumentException("no results in " + folder);
        }
        List<Section> sections = Sections.all();
        Notes notes = new Notes(folder.resolve("notes"));
        Set<String> known = new LinkedHashSet<>(List.of(INTRO, MACHINE, SLOWER));
        sections.forEach(section -> known.add(section.id()));
        notes.check(known);
        if (notes.of(MACHINE).isEmpty()) {
            // JMH's files do not name the machine. It is asked for once: later the page may be made elsewhere.
            notes.write(MACHINE, Machine.describe());
        }

        StringBuilder page = new StringBuilder("# Benchmarks\n\n");
        append(page, notes.of(INTRO));
        append(page, "## How this was measured");
        append(page, "Machine: " + notes.of(MACHINE));
        append(page, runs(results));
        append(page, READING);
        Map<String, byte[]> charts = new LinkedHashMap<>();
        for (Section section : sections) {
            Page body = new Page();
            section.write(results, body);
            if (!body.isEmpty()) {
                append(page, "## " + section.title());
                append(page, notes.of(section.id()));
                append(page, body.markdown());
                charts.putAll(body.charts());
            }
        }
        if (!notes.of(SLOWER).isEmpty()) {
            append(page, "## Where it is slower");
            append(page, notes.of(SLOWER));
        }
        append(page, "## Files");
        append(page, files(files));

        for (Map.Entry<String, byte[]> chart : charts.entrySet()) {
            Files.write(folder.resolve(chart.getKey()), chart.getValue());
        }
        Files.writeString(docs.resolve("benchmarks.md"), page.toString().stripTrailing() + "\n");
    }

    private static final String READING = """
            - Times are nanoseconds an operation. Each figure is the median over the forks (JVMs of their own) of each \
            fork's mean; in brackets, and as error bars in the charts, are the least and the largest fork. With one fork it \
            is that fork's mean, and the range is that of its iterations.
            - A ratio is that of two such figures; its range is the widest that the two ranges allow. So is that of a sum or \
            a difference.
            - B/op is what the operation allocates on the Java heap, as JMH's `gc` profiler counts it.
            - Other machines give other times. Ratios carry over better, though not to the digit.
            - This page is made from the files at its end by \
            `java -cp jmh/target/benchmarks.jar dev.cloakroom.jmh.report.Report docs`; what is written by hand is in \
            `docs/benchmarks/notes`.
            """;

    private static void append(StringBuilder page, String block) {
        if (!block.isBlank()) {
            page.append(block.strip()).append("\n\n");
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> String.valueOf(file.getFileName()).endsWith(".json"))
                    .sorted()
                    .toList();
        }
    }

    private static String runs(Results results) {
        StringBuilder table = new StringBuilder("| JDK | JVM | measured |\n|---:|---|---|\n");
        for (int jdk : results.jdks()) {
            Set<String> jvms = new TreeSet<>();
            Set<String> efforts = new TreeSet<>();
            for (Result result : results.all()) {
                if (result.jdk() == jdk) {
                    jvms.add(result.run().jvm());
                    efforts.add(result.run().effort());
                }
            }
            table.append("| ")
                    .append(jdk)
                    .append(" | ")
                    .append(String.join("; ", jvms))
                    .append(" | ")
                    .append(String.join("; ", efforts))
                    .append(" |\n");
        }
        return table.toString();
    }

    private static String files(List<Path> files) {
        List<String> links = new ArrayList<>();
        for (Path file : files) {
            links.add("- [" + file.getFileName() + "](benchmarks/" + file.getFileName() + ")");
        }
        return "What JMH wrote:\n\n" + String.join("\n", links);
    }
}
