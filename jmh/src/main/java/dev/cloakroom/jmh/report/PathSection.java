package dev.cloakroom.jmh.report;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sets the whole path of a request beside the parts that no such path can do without. */
final class PathSection implements Section {

    private static final double AIM = 1.25;
    private static final Case EMPTY = Case.of("Baseline.empty");

    @Override
    public String id() {
        return "path";
    }

    @Override
    public String title() {
        return "The whole path and its parts";
    }

    @Override
    public boolean shows(Case measured) {
        return isPart(measured) || measured.className().equals("ByHand") || isPath(measured);
    }

    @Override
    public void write(Results results, Page page) {
        List<Case> paths = results.cases(PathSection::isPath);
        String ratios = new CaseTable(results, paths)
                .params("store", "sealed")
                .cell("path, ns", (path, jdk) -> Numbers.withRange(results.time(path, jdk)))
                .cell("parts, ns", (path, jdk) -> Numbers.withRange(parts(results, path, jdk)))
                .cell("path / parts", (path, jdk) -> Numbers.withRange(ratio(results, path, jdk)))
                .cell("path / parts and header", (path, jdk) -> Numbers.withRange(withHeader(results, path, jdk)))
                .cell("by hand, ns", (path, jdk) -> Numbers.withRange(results.time(byHand(path), jdk)))
                .cell("path / by hand", (path, jdk) -> Numbers.withRange(results.ratio(path, byHand(path), jdk)))
                .allocated()
                .markdown();
        if (!ratios.isEmpty()) {
            page.block("From `Cookie` header to attribute, heap store, values not encrypted, one thread. The parts are"
                    + " the check of the signature (HMAC-SHA-256 or AES-256-CMAC), the hash of the id (SHA-256) and one"
                    + " random access to a `ConcurrentHashMap` of that size. The aim is a path of at most " + AIM
                    + " times its parts. The header is one random read of a header (`headerRead`), which every path"
                    + " starts with. By hand is the same work written out for this one workload, with no library"
                    + " around it.");
            page.block(ratios);
        }
        List<Case> drawn = paths.stream()
                .filter(path -> results.jdks().stream().anyMatch(jdk -> ratio(results, path, jdk) != null))
                .toList();
        BarChart chart = new BarChart(
                        "The whole path, in multiples of its parts",
                        "path / parts; dashed: the aim, " + AIM,
                        drawn.stream().map(PathSection::name).toList())
                .aim(AIM);
        for (int jdk : results.jdks()) {
            List<@Nullable Figure> figures = new ArrayList<>();
            for (Case path : drawn) {
                figures.add(ratio(results, path, jdk));
            }
            chart.series("JDK " + jdk, figures);
        }
        if (!drawn.isEmpty()) {
            page.chart("path", "Bars: how many times as long as its parts the whole path takes", chart.svg());
        }
        String parts = new CaseTable(results, results.cases(PathSection::isPart))
                .label("part", part -> "`" + part.method() + "`")
                .params()
                .time()
                .allocated()
                .markdown();
        if (!parts.isEmpty()) {
            page.block("The parts, each alone"
                    + (results.first(List.of(EMPTY)) == null ? ":" : "; `empty` is what measuring itself takes:"));
            page.block(parts);
        }
    }

    private static boolean isPart(Case measured) {
        return measured.className().equals("Baseline") && measured.isOnOnePlatformThread();
    }

    private static boolean isPath(Case measured) {
        return measured.benchmark().equals("LookupBenchmark.lookup")
                && measured.param("store").equals("heap")
                && !measured.param("sealed").equals("true")
                && measured.isOnOnePlatformThread();
    }

    private static Case byHand(Case path) {
        return Case.of("ByHand.path")
                .with("sessions", path.param("sessions"))
                .with("algorithm", path.param("algorithm"));
    }

    private static String name(Case path) {
        String sessions = path.param("sessions");
        return path.param("algorithm") + (sessions.isEmpty() ? "" : ", " + Numbers.param(sessions) + " sessions");
    }

    private static @Nullable Figure ratio(Results results, Case path, int jdk) {
        Figure time = results.time(path, jdk);
        Figure parts = parts(results, path, jdk);
        return time == null || parts == null ? null : time.dividedBy(parts);
    }

    private static @Nullable Figure withHeader(Results results, Case path, int jdk) {
        Figure time = results.time(path, jdk);
        Figure parts = parts(results, path, jdk);
        Figure header = part(results, "headerRead", path, jdk);
        return time == null || parts == null || header == null ? null : time.dividedBy(parts.plus(header));
    }

    private static @Nullable Figure parts(Results results, Case path, int jdk) {
        Figure signature = part(results, path.param("algorithm").equals("cmac") ? "aesCmac" : "hmacSha256", path, jdk);
        Figure hash = part(results, "sha256", path, jdk);
        Figure access = part(results, "mapGet", path, jdk);
        return signature == null || hash == null || access == null
                ? null
                : signature.plus(hash).plus(access);
    }

    /** Finds a part, whether or not the benchmark of it knows about a number of sessions. */
    private static @Nullable Figure part(Results results, String method, Case path, int jdk) {
        Case plain = Case.of("Baseline." + method);
        return results.time(results.first(List.of(plain.with("sessions", path.param("sessions")), plain)), jdk);
    }
}
