package dev.cloakroom.jmh.report;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Shows how much more several threads get done than one, and virtual ones. */
final class ThreadsSection implements Section {

    @Override
    public String id() {
        return "threads";
    }

    @Override
    public String title() {
        return "Threads";
    }

    @Override
    public boolean shows(Case measured) {
        return isLookup(measured) || isPart(measured);
    }

    private static boolean isLookup(Case measured) {
        return measured.benchmark().equals("LookupBenchmark.lookup") && !measured.isOnOnePlatformThread();
    }

    /** Returns whether it is what several threads do who share nothing but the machine. */
    private static boolean isPart(Case measured) {
        return measured.className().equals("Baseline") && !measured.isOnOnePlatformThread();
    }

    @Override
    public void write(Results results, Page page) {
        List<Case> lookups = results.cases(ThreadsSection::isLookup).stream()
                .sorted(StoresSection.BY_STORE)
                .toList();
        String table = table(results, lookups).allocated().markdown();
        if (!table.isEmpty()) {
            page.block(
                    "The time is that of one operation on one of the threads; the throughput is all threads' together,"
                            + " in multiples of what one thread of the same kind does alone; for one virtual thread, in"
                            + " multiples of what a platform thread does. Where nothing is shared it is the number of"
                            + " threads, as far as the processors let it.");
            page.block(table);
        }
        List<Case> parts = results.cases(ThreadsSection::isPart);
        String machine = table(results, parts).markdown();
        if (!machine.isEmpty()) {
            page.block("How far the processors let it: threads that only read memory, through a `ConcurrentHashMap` or"
                    + " without one.");
            page.block(machine);
        }
    }

    private static CaseTable table(Results results, List<Case> cases) {
        CaseTable table = new CaseTable(results, cases);
        if (cases.stream().allMatch(ThreadsSection::isPart)) {
            table.label("part", measured -> "`" + measured.method() + "`");
        }
        return table.params(Case.EXECUTOR)
                .label("threads", measured -> measured.threads() + (measured.isVirtual() ? " virtual" : ""))
                .cell(
                        "one thread, ns",
                        (measured, jdk) -> Numbers.withRange(results.time(alone(results, measured), jdk)))
                .time()
                .cell("throughput", (measured, jdk) -> Numbers.withRange(throughput(results, measured, jdk)));
    }

    /** Finds one thread of the same kind, which is measured next to it; else, or for that one itself, the platform's. */
    private static @Nullable Case alone(Results results, Case measured) {
        Case same = measured.withThreads(1);
        Case platform = same.without(Case.EXECUTOR);
        return results.first(measured.equals(same) ? List.of(platform) : List.of(same, platform));
    }

    private static @Nullable Figure throughput(Results results, Case measured, int jdk) {
        Figure one = results.time(alone(results, measured), jdk);
        Figure all = results.time(measured, jdk);
        return one == null || all == null ? null : one.times(measured.threads()).dividedBy(all);
    }
}
