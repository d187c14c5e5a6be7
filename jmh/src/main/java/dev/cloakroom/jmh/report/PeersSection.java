package dev.cloakroom.jmh.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Compares with what others offer: the fastest first. */
final class PeersSection implements Section {

    private static final List<String> OWN = List.of("cloakroom-hmac", "cloakroom-cmac");

    @Override
    public String id() {
        return "peers";
    }

    @Override
    public String title() {
        return "Peers";
    }

    @Override
    public boolean shows(Case measured) {
        return measured.className().equals("PeerBenchmark");
    }

    @Override
    public void write(Results results, Page page) {
        // Peers are compared if all but their name is the same.
        Map<Case, List<Case>> groups = new LinkedHashMap<>();
        for (Case measured : results.cases(this::shows)) {
            groups.computeIfAbsent(measured.without("peer"), group -> new ArrayList<>())
                    .add(measured);
        }
        long methods = groups.keySet().stream().map(Case::method).distinct().count();
        groups.forEach((group, cases) -> {
            cases.sort(Comparator.comparingDouble(measured -> newest(results, measured)));
            String what = describe(group, methods > 1);
            CaseTable table = new CaseTable(results, cases)
                    .label("peer", PeersSection::emphasized)
                    .time();
            for (String own : OWN) {
                table.ratio("to `" + own + "`", measured -> measured.with("peer", own));
            }
            String sorted = results.jdks().size() > 1
                    ? ", sorted by the time on JDK "
                            + results.jdks().get(results.jdks().size() - 1)
                    : ", sorted by time";
            page.block(
                    "From the text of the cookie to an attribute" + (what.isEmpty() ? "" : ", " + what) + sorted + ":");
            page.block(table.allocated().markdown());
            BarChart chart = new BarChart(
                    "From cookie to attribute" + (what.isEmpty() ? "" : ", " + what),
                    "ns",
                    cases.stream().map(measured -> measured.param("peer")).toList());
            cases.stream()
                    .map(measured -> measured.param("peer"))
                    .filter(PeersSection::isOwn)
                    .forEach(chart::mark);
            for (int jdk : results.jdks()) {
                List<@Nullable Figure> figures = new ArrayList<>();
                cases.forEach(measured -> figures.add(results.time(measured, jdk)));
                chart.series("JDK " + jdk, figures);
            }
            page.chart(
                    "peers" + (groups.size() == 1 ? "" : "-" + what.replaceAll("[^A-Za-z0-9]+", "-")),
                    "Bars: the time that each peer takes, the shortest first",
                    chart.svg());
        });
    }

    private static boolean isOwn(String peer) {
        return peer.startsWith("cloakroom");
    }

    private static String emphasized(Case measured) {
        String peer = measured.param("peer");
        return isOwn(peer) ? "**" + peer + "**" : peer;
    }

    private static String describe(Case group, boolean severalMethods) {
        List<String> words = new ArrayList<>();
        if (severalMethods) {
            words.add(group.method());
        }
        group.params()
                .forEach((name, value) -> words.add(
                        name.equals("sessions")
                                ? Numbers.param(value) + " sessions"
                                : name + " " + Numbers.param(value)));
        if (group.threads() > 1) {
            words.add(group.threads() + " threads");
        }
        return String.join(", ", words);
    }

    /** Returns the time on the newest JDK on which this was measured. */
    private static double newest(Results results, Case measured) {
        double time = Double.MAX_VALUE;
        for (int jdk : results.jdks()) {
            Figure figure = results.time(measured, jdk);
            time = figure == null ? time : figure.median();
        }
        return time;
    }
}
