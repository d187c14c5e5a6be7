package dev.cloakroom.jmh.report;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Prints JMH's result files as Markdown: a table for each benchmark, a row for each of its cases, and for each JDK the
 * nanoseconds an operation, the ratio to the table's first row, and the bytes that an operation allocates.
 */
public final class Tables {

    private static final Map<String, Double> NANOSECONDS =
            Map.of("ns/op", 1.0, "us/op", 1e3, "ms/op", 1e6, "s/op", 1e9);

    private final SortedSet<Integer> jdks = new TreeSet<>();

    /** By benchmark, then by case, then by JDK. Cases and benchmarks keep the order of the files. */
    private final Map<String, Map<Map<String, String>, Map<Integer, Measured>>> benchmarks = new LinkedHashMap<>();

    private record Measured(Figure time, @Nullable Figure allocated) {}

    /** Prints the tables of some result files. The only argument is their folder. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 1) {
            System.err.println("usage: Tables FOLDER, which holds JMH's result files (-rf json -rff FOLDER/NAME.json)");
            System.exit(2);
        }
        Tables tables = new Tables();
        try (Stream<Path> files = Files.list(Path.of(arguments[0]))) {
            files.filter(file -> file.toString().endsWith(".json")).sorted().forEach(tables::read);
        }
        tables.print(new PrintStream(System.out, true, StandardCharsets.UTF_8));
    }

    void read(Path file) {
        try {
            for (JsonNode result : new JsonMapper().readTree(Files.readString(file))) {
                add(result);
            }
        } catch (JacksonException | IllegalArgumentException e) {
            throw new IllegalArgumentException(file.getFileName() + " is no result file of average times by JMH", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void add(JsonNode result) {
        String qualified = result.required("benchmark").asString();
        String benchmark = qualified.substring(qualified.lastIndexOf('.', qualified.lastIndexOf('.') - 1) + 1);
        Map<String, String> measured = new LinkedHashMap<>();
        result.path("params")
                .properties()
                .forEach(param -> measured.put(param.getKey(), param.getValue().asString()));
        boolean virtual = result.path("jvmArgs")
                .valueStream()
                .anyMatch(argument -> argument.asString().equals("-Djmh.executor=VIRTUAL"));
        measured.put("threads", result.required("threads").asInt() + (virtual ? " virtual" : ""));
        JsonNode primary = result.required("primaryMetric");
        Double factor = NANOSECONDS.get(primary.required("scoreUnit").asString());
        if (factor == null) {
            throw new IllegalArgumentException(benchmark + " is not measured in average time");
        }
        JsonNode allocated = result.path("secondaryMetrics").path("gc.alloc.rate.norm");
        int jdk =
                Runtime.Version.parse(result.required("jdkVersion").asString()).feature();
        Measured before = benchmarks
                .computeIfAbsent(benchmark, name -> new LinkedHashMap<>())
                .computeIfAbsent(measured, name -> new LinkedHashMap<>())
                .put(
                        jdk,
                        new Measured(
                                figure(primary).times(factor), allocated.isMissingNode() ? null : figure(allocated)));
        if (before != null) {
            throw new IllegalArgumentException("two results for " + benchmark + measured + ", JDK " + jdk);
        }
        jdks.add(jdk);
    }

    private static Figure figure(JsonNode metric) {
        List<List<Double>> forks = new ArrayList<>();
        for (JsonNode fork : metric.required("rawData")) {
            forks.add(fork.valueStream().map(JsonNode::asDouble).toList());
        }
        return Figure.of(forks);
    }

    void print(PrintStream out) {
        benchmarks.forEach((benchmark, cases) -> {
            out.println("### " + benchmark + "\n");
            print(out, cases);
            out.println();
        });
    }

    private void print(PrintStream out, Map<Map<String, String>, Map<Integer, Measured>> cases) {
        Set<String> params = new LinkedHashSet<>();
        cases.keySet().forEach(each -> params.addAll(each.keySet()));
        List<String> header = new ArrayList<>(params);
        jdks.forEach(jdk -> header.addAll(
                List.of("JDK " + jdk + ": ns", "JDK " + jdk + ": to the first", "JDK " + jdk + ": B/op")));
        out.println(row(header));
        out.println("|" + "---|".repeat(params.size()) + "---:|".repeat(header.size() - params.size()));
        Map<Integer, Measured> first = cases.values().iterator().next();
        cases.forEach((each, byJdk) -> {
            List<String> cells = new ArrayList<>();
            params.forEach(param -> cells.add(each.getOrDefault(param, "")));
            for (int jdk : jdks) {
                Measured figures = byJdk.get(jdk);
                Measured base = first.get(jdk);
                cells.add(figures == null ? "" : figures.time().toString());
                cells.add(
                        figures == null || base == null
                                ? ""
                                : figures.time().dividedBy(base.time()).toString());
                cells.add(
                        figures == null || figures.allocated() == null
                                ? ""
                                : String.format(
                                        Locale.ROOT,
                                        "%,d",
                                        Math.round(figures.allocated().median())));
            }
            out.println(row(cells));
        });
    }

    private static String row(List<String> cells) {
        return "| " + String.join(" | ", cells) + " |";
    }
}
