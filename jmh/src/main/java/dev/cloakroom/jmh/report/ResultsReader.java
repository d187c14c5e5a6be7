package dev.cloakroom.jmh.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads JMH's result files. */
final class ResultsReader {

    private static final Map<String, Double> NANOSECONDS =
            Map.of("ns/op", 1.0, "us/op", 1e3, "ms/op", 1e6, "s/op", 1e9);

    /** How JMH is told to run a benchmark on virtual threads. */
    private static final String ON_VIRTUAL_THREADS = "-Djmh.executor=VIRTUAL";

    private final JsonMapper mapper = new JsonMapper();

    /** Reads some files, in this order. */
    Results read(List<Path> files) {
        Results results = new Results();
        for (Path file : files) {
            String name = String.valueOf(file.getFileName());
            try {
                for (JsonNode node : mapper.readTree(file.toFile())) {
                    results.add(result(name, node));
                }
            } catch (JacksonException e) {
                throw new IllegalArgumentException(name + " is no result file of JMH: " + e.getOriginalMessage(), e);
            }
        }
        return results;
    }

    private static Result result(String file, JsonNode node) {
        Map<String, String> params = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> param : node.path("params").properties()) {
            params.put(param.getKey(), param.getValue().asString());
        }
        String qualified = node.required("benchmark").asString();
        int method = qualified.lastIndexOf('.');
        String benchmark = qualified.substring(qualified.lastIndexOf('.', method - 1) + 1);
        Case measured = new Case(benchmark, params, node.required("threads").asInt());
        if (node.path("jvmArgs")
                .valueStream()
                .anyMatch(argument -> argument.asString().equals(ON_VIRTUAL_THREADS))) {
            measured = measured.onVirtualThreads();
        }

        String mode = node.required("mode").asString();
        JsonNode primary = node.required("primaryMetric");
        Double factor = NANOSECONDS.get(primary.required("scoreUnit").asString());
        if (factor == null || !(mode.equals("avgt") || mode.equals("ss"))) {
            throw new IllegalArgumentException(
                    file + ": " + measured + " is measured in mode " + mode + "; only average times are understood");
        }
        String version = node.required("jdkVersion").asString();
        String jvm = node.required("vmName").asString() + " "
                + node.required("vmVersion").asString();
        Run run = new Run(file, jvm, effort(node));
        return new Result(
                measured,
                Runtime.Version.parse(version).feature(),
                figure(primary).times(factor),
                allocated(node),
                run);
    }

    private static String effort(JsonNode node) {
        // JMH's own count is that of one of its runs, and several may have been put together.
        int forks = node.required("primaryMetric").required("rawData").size();
        int iterations = node.required("measurementIterations").asInt();
        return forks
                + (forks == 1 ? " fork, " : " forks, ")
                + iterations
                + (iterations == 1 ? " iteration of " : " iterations of ")
                + node.required("measurementTime").asString();
    }

    private static @Nullable Figure allocated(JsonNode node) {
        JsonNode metric = node.path("secondaryMetrics").path("gc.alloc.rate.norm");
        return metric.isMissingNode() ? null : figure(metric);
    }

    private static Figure figure(JsonNode metric) {
        List<List<Double>> forks = new ArrayList<>();
        for (JsonNode fork : metric.required("rawData")) {
            List<Double> iterations = new ArrayList<>();
            for (JsonNode iteration : fork) {
                iterations.add(iteration.asDouble());
            }
            forks.add(iterations);
        }
        return Figure.of(forks);
    }
}
