package dev.cloakroom.jmh.report;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Shows what it costs to keep sessions encrypted, beside what opening one of them costs alone. */
final class SealingSection implements Section {

    @Override
    public String id() {
        return "sealing";
    }

    @Override
    public String title() {
        return "Sealing";
    }

    @Override
    public boolean shows(Case measured) {
        return measured.className().equals("SealBenchmark") || isSealed(measured);
    }

    @Override
    public void write(Results results, Page page) {
        List<Case> cases = results.cases(SealingSection::isSealed).stream()
                .sorted(StoresSection.BY_STORE)
                .toList();
        String table = new CaseTable(results, cases)
                .params("sealed")
                .cell("sealed, ns", (measured, jdk) -> Numbers.withRange(results.time(measured, jdk)))
                .cell("plain, ns", (measured, jdk) -> Numbers.withRange(results.time(plain(measured), jdk)))
                .cell("difference, ns", (measured, jdk) -> Numbers.withRange(difference(results, measured, jdk)))
                .cell("opening alone, ns", (measured, jdk) -> Numbers.withRange(opening(results, measured, jdk)))
                .cell("difference / opening", (measured, jdk) -> {
                    Figure difference = difference(results, measured, jdk);
                    Figure opening = opening(results, measured, jdk);
                    return difference == null || opening == null
                            ? ""
                            : Numbers.withRange(difference.dividedBy(opening));
                })
                .allocated()
                .markdown();
        if (!table.isEmpty()) {
            page.block("Sealed: the store keeps sessions encrypted, and each request decrypts its own. The difference"
                    + " between the sealed and the plain path is set beside what decrypting one such session takes"
                    + " alone.");
            page.block(table);
        }
        page.block(new CaseTable(
                        results, results.cases(measured -> measured.className().equals("SealBenchmark")))
                .label("alone", measured -> "`" + measured.method() + "`")
                .params()
                .time()
                .allocated()
                .markdown());
    }

    private static boolean isSealed(Case measured) {
        return measured.benchmark().equals("LookupBenchmark.lookup")
                && measured.param("sealed").equals("true")
                && measured.isOnOnePlatformThread();
    }

    private static Case plain(Case measured) {
        return measured.with("sealed", "false");
    }

    private static @Nullable Figure difference(Results results, Case measured, int jdk) {
        Figure sealed = results.time(measured, jdk);
        Figure plain = results.time(plain(measured), jdk);
        return sealed == null || plain == null ? null : sealed.minus(plain);
    }

    /** Finds the opening that agrees in each parameter that both have; null unless there is exactly one. */
    private static @Nullable Figure opening(Results results, Case measured, int jdk) {
        List<Case> openings = results.cases(candidate -> candidate.benchmark().equals("SealBenchmark.open")
                && candidate.isOnOnePlatformThread()
                && agree(candidate, measured));
        return openings.size() == 1 ? results.time(openings.get(0), jdk) : null;
    }

    private static boolean agree(Case one, Case other) {
        for (Map.Entry<String, String> param : one.params().entrySet()) {
            if (!param.getValue().equals(other.params().getOrDefault(param.getKey(), param.getValue()))) {
                return false;
            }
        }
        return true;
    }
}
