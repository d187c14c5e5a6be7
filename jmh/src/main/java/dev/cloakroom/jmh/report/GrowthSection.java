package dev.cloakroom.jmh.report;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Draws how the time of a request grows with whatever else grows. */
final class GrowthSection implements Section {

    private record Growth(String className, String param, String what) {}

    private static final List<Growth> GROWTHS = List.of(
            new Growth("GrowthBySessions", "sessions", "sessions in the store"),
            new Growth("GrowthByAttributes", "attributes", "attributes in the session"),
            new Growth("GrowthByHeader", "headerLength", "characters in the Cookie header"),
            new Growth("GrowthByPrincipal", "sessionsPerPrincipal", "sessions of one user"));

    @Override
    public String id() {
        return "growth";
    }

    @Override
    public String title() {
        return "Growth";
    }

    @Override
    public boolean shows(Case measured) {
        return GROWTHS.stream().anyMatch(growth -> belongs(measured, growth));
    }

    @Override
    public void write(Results results, Page page) {
        for (Growth growth : GROWTHS) {
            write(results, growth, page);
        }
    }

    private static void write(Results results, Growth growth, Page page) {
        List<Case> cases = results.cases(measured -> belongs(measured, growth)).stream()
                .sorted(Comparator.comparingLong(measured -> Long.parseLong(measured.param(growth.param))))
                .toList();
        if (cases.isEmpty()) {
            return;
        }
        Set<Case> lines = new LinkedHashSet<>();
        cases.forEach(measured -> lines.add(measured.without(growth.param)));
        String title = "A request, by the number of " + growth.what;
        LineChart chart = new LineChart(title, growth.what);
        for (Case line : lines) {
            for (int jdk : results.jdks()) {
                SortedMap<Long, Figure> points = new TreeMap<>();
                for (Case measured : cases) {
                    Figure time = results.time(measured, jdk);
                    if (time != null && measured.without(growth.param).equals(line)) {
                        points.put(Long.parseLong(measured.param(growth.param)), time);
                    }
                }
                chart.series(name(line, lines.size() > 1) + "JDK " + jdk, points);
            }
        }
        page.block("### By " + growth.what);
        page.chart("growth-" + growth.param.toLowerCase(Locale.ROOT), title, chart.svg());
        page.block("*" + title + "; the bars span all repetitions.*");
        page.block(new CaseTable(results, cases)
                .label(growth.what, measured -> Numbers.param(measured.param(growth.param)))
                .label(
                        "",
                        measured -> name(measured.without(growth.param), lines.size() > 1)
                                .replace(", ", " ")
                                .strip())
                .time()
                .ratio("to the first", measured -> firstOf(cases, measured, growth))
                .allocated()
                .markdown());
    }

    private static @Nullable Case firstOf(List<Case> cases, Case measured, Growth growth) {
        return cases.stream()
                .filter(other -> other.without(growth.param).equals(measured.without(growth.param)))
                .findFirst()
                .orElse(null);
    }

    private static boolean belongs(Case measured, Growth growth) {
        return measured.className().equals(growth.className)
                && measured.param(growth.param).matches("\\d{1,18}");
    }

    /** Says which line this is, if there are several on each JDK. */
    private static String name(Case line, boolean several) {
        if (!several) {
            return "";
        }
        StringBuilder name = new StringBuilder(line.method());
        line.params().forEach((param, value) -> name.append(' ').append(Numbers.param(value)));
        if (line.threads() > 1) {
            name.append(' ').append(line.threads()).append(" threads");
        }
        return name.append(", ").toString();
    }
}
