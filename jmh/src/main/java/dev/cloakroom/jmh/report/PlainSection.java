package dev.cloakroom.jmh.report;

import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A table of one class of benchmarks, each row with its ratio to others.
 *
 * @param lead what is measured, for those who read the tables only
 */
record PlainSection(String id, String title, String lead, Predicate<Case> wanted, List<Base> bases) implements Section {

    /** What rows are compared with. */
    @FunctionalInterface
    interface Base {

        /** Finds what the rows of this table are compared with; null if it has nothing of the kind. */
        @Nullable
        Measure in(List<Case> cases);
    }

    /**
     * Another case for each case.
     *
     * @param name what the table's head calls it
     * @param of the candidates for one row; the first that was measured counts
     */
    record Measure(String name, Function<Case, List<Case>> of) {}

    /** Compares with the row that has this value of a parameter, or else the value that comes first. */
    static Base param(String name, String preferred) {
        return cases -> {
            List<String> values = cases.stream()
                    .map(measured -> measured.param(name))
                    .filter(value -> !value.isEmpty())
                    .distinct()
                    .toList();
            if (values.isEmpty()) {
                return null;
            }
            String value = values.contains(preferred) ? preferred : values.get(0);
            return new Measure(
                    "`" + value + "`",
                    measured -> measured.params().containsKey(name) ? List.of(measured.with(name, value)) : List.of());
        };
    }

    /** Compares with the row of another method that has the same parameters. */
    static Base method(String name) {
        return of("`" + name + "`", measured -> List.of(measured.withMethod(name)));
    }

    static Base of(String name, Function<Case, List<Case>> candidates) {
        return cases -> new Measure(name, candidates);
    }

    @Override
    public boolean shows(Case measured) {
        return wanted.test(measured);
    }

    @Override
    public void write(Results results, Page page) {
        List<Case> cases = results.cases(wanted);
        // Among classes of many kinds, a method's name alone says nothing.
        boolean classes = id.equals("other")
                || cases.stream().map(Case::className).distinct().count() > 1;
        boolean methods = cases.stream().map(Case::benchmark).distinct().count() > 1;
        CaseTable table = new CaseTable(results, cases);
        if (methods || cases.stream().allMatch(measured -> measured.params().isEmpty())) {
            table.label("", measured -> "`" + (classes ? measured.benchmark() : measured.method()) + "`");
        }
        table.params()
                .label("threads", measured -> measured.threads() == 1 ? "" : String.valueOf(measured.threads()))
                .time();
        for (Base base : bases) {
            Measure measure = base.in(cases);
            if (measure != null) {
                Function<Case, @Nullable Case> other = measured -> results.first(measure.of.apply(measured));
                // A column in which each row is its own measure says nothing.
                if (cases.stream().anyMatch(measured -> {
                    Case found = other.apply(measured);
                    return found != null && !found.equals(measured);
                })) {
                    table.ratio("to " + measure.name, other);
                }
            }
        }
        String markdown = table.allocated().markdown();
        if (!markdown.isEmpty()) {
            page.block(lead).block(markdown);
        }
    }
}
