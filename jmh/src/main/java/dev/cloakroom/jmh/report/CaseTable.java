package dev.cloakroom.jmh.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A table in Markdown with one row for each case and one group of columns for each JDK.
 *
 * <p>Columns and rows without any figure are left out, so a page made from part of the measurements has no gaps.
 */
final class CaseTable {

    /** What one cell says about one case on one JDK; empty if nothing. */
    @FunctionalInterface
    interface Cell {
        String text(Case measured, int jdk);
    }

    private final Results results;
    private final List<Case> cases;
    private final Map<String, Function<Case, String>> labels = new LinkedHashMap<>();
    private final Map<String, Cell> cells = new LinkedHashMap<>();

    CaseTable(Results results, List<Case> cases) {
        this.results = results;
        this.cases = cases;
    }

    /** Adds a column at the left that says which case this is. */
    CaseTable label(String head, Function<Case, String> label) {
        labels.put(head, label);
        return this;
    }

    /** Adds a column for each parameter of the cases, but for some that the page names elsewhere. */
    CaseTable params(String... but) {
        for (String name : Results.paramNames(cases)) {
            if (!List.of(but).contains(name)) {
                label(name, measured -> Numbers.param(measured.param(name)));
            }
        }
        return this;
    }

    /** Adds a column to each JDK's group. */
    CaseTable cell(String head, Cell cell) {
        cells.put(head, cell);
        return this;
    }

    /** Adds the time of each case. */
    CaseTable time() {
        return cell("ns", (measured, jdk) -> Numbers.withRange(results.time(measured, jdk)));
    }

    /** Adds how many times as long each case takes as another; nothing to read for a case that is its own measure. */
    CaseTable ratio(String head, Function<Case, @Nullable Case> base) {
        return cell(head, (measured, jdk) -> {
            Case other = base.apply(measured);
            Figure ratio = results.ratio(measured, other, jdk);
            return ratio != null && measured.equals(other) ? "1" : Numbers.withRange(ratio);
        });
    }

    /** Adds what each case allocates. */
    CaseTable allocated() {
        return cell("B/op", (measured, jdk) -> Numbers.bytes(results.allocated(measured, jdk)));
    }

    private record Column(String head, boolean right, List<String> texts) {

        boolean isEmpty() {
            return texts.stream().allMatch(String::isEmpty);
        }
    }

    /** Returns the table's lines; empty if no case has a figure. */
    String markdown() {
        List<Column> figures = new ArrayList<>();
        for (int jdk : results.jdks()) {
            cells.forEach((head, cell) -> {
                List<String> texts =
                        cases.stream().map(row -> cell.text(row, jdk)).toList();
                figures.add(new Column("JDK " + jdk + ": " + head, true, texts));
            });
        }
        figures.removeIf(Column::isEmpty);
        if (figures.isEmpty()) {
            return "";
        }
        List<Column> columns = new ArrayList<>();
        labels.forEach((head, label) ->
                columns.add(new Column(head, false, cases.stream().map(label).toList())));
        columns.removeIf(Column::isEmpty);
        columns.addAll(figures);

        StringBuilder lines = new StringBuilder();
        columns.forEach(column -> lines.append("| ").append(column.head).append(' '));
        lines.append("|\n");
        columns.forEach(column -> lines.append(column.right ? "|---:" : "|---"));
        lines.append("|\n");
        for (int i = 0; i < cases.size(); i++) {
            int row = i;
            if (figures.stream().allMatch(column -> column.texts.get(row).isEmpty())) {
                continue;
            }
            columns.forEach(column -> lines.append("| ")
                    .append(column.texts.get(row).replace("|", "\\|"))
                    .append(' '));
            lines.append("|\n");
        }
        return lines.toString();
    }
}
