package dev.cloakroom.jmh.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Compares the stores with the heap. */
final class StoresSection implements Section {

    /** From near to far; stores that are not named here come last. */
    private static final List<String> ORDER =
            List.of("heap", "chronicle", "chronicle-file", "infinispan-local", "infinispan-cluster");

    /** Sorts cases by store. */
    static final Comparator<Case> BY_STORE = Comparator.comparingInt(measured -> {
        int place = ORDER.indexOf(measured.param("store"));
        return place < 0 ? ORDER.size() : place;
    });

    @Override
    public String id() {
        return "stores";
    }

    @Override
    public String title() {
        return "Stores";
    }

    @Override
    public boolean shows(Case measured) {
        return measured.benchmark().equals("LookupBenchmark.lookup")
                && !measured.param("sealed").equals("true")
                && measured.isOnOnePlatformThread();
    }

    @Override
    public void write(Results results, Page page) {
        List<Case> cases = results.cases(this::shows).stream().sorted(BY_STORE).toList();
        if (cases.stream().allMatch(measured -> measured.param("store").equals("heap"))) {
            return;
        }
        page.block("The same path on each store, one thread, values not encrypted; the ratio is to the heap store with"
                + " the same number of sessions and the same algorithm.");
        page.block(new CaseTable(results, cases)
                .params("sealed")
                .time()
                .ratio("to `heap`", StoresSection::onHeap)
                .cell(
                        "to `heap` and a read of Infinispan's",
                        (measured, jdk) -> Numbers.withRange(toHeapAndCache(results, measured, jdk)))
                .allocated()
                .markdown());

        // The algorithm adds the same to every store: one of them is enough to see the stores.
        String algorithm = cases.get(0).param("algorithm");
        List<Case> drawn = cases.stream()
                .filter(measured -> measured.param("algorithm").equals(algorithm)
                        && !measured.param("store").equals("heap"))
                .toList();
        BarChart chart = new BarChart(
                "A request on each store, in multiples of the heap's (" + algorithm + ")",
                "time / time on the heap",
                drawn.stream().map(StoresSection::name).toList());
        boolean any = false;
        for (int jdk : results.jdks()) {
            List<@Nullable Figure> figures = new ArrayList<>();
            for (Case measured : drawn) {
                Figure ratio = toHeap(results, measured, jdk);
                figures.add(ratio);
                any |= ratio != null;
            }
            chart.series("JDK " + jdk, figures);
        }
        if (any) {
            page.chart(
                    "stores", "Bars: how many times as long as on the heap a request takes on each store", chart.svg());
        }
    }

    private static String name(Case measured) {
        String sessions = measured.param("sessions");
        return measured.param("store") + (sessions.isEmpty() ? "" : ", " + Numbers.param(sessions));
    }

    private static Case onHeap(Case measured) {
        return measured.with("store", "heap");
    }

    private static @Nullable Figure toHeap(Results results, Case measured, int jdk) {
        return results.ratio(measured, onHeap(measured), jdk);
    }

    /** Sets a store on Infinispan beside what it cannot do without: a lookup, and a read of Infinispan's own cache. */
    private static @Nullable Figure toHeapAndCache(Results results, Case measured, int jdk) {
        Figure time = results.time(measured, jdk);
        Figure heap = results.time(onHeap(measured), jdk);
        Figure read = results.time(Case.of("Baseline.infinispanGet").with("sessions", measured.param("sessions")), jdk);
        return time == null
                        || heap == null
                        || read == null
                        || !measured.param("store").startsWith("infinispan")
                ? null
                : time.dividedBy(heap.plus(read));
    }
}
