package dev.cloakroom.jmh.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.HorizontalBarChart;
import org.knowm.xchart.HorizontalBarChartBuilder;
import org.knowm.xchart.style.AxesChartStyler.TextAlignment;
import org.knowm.xchart.style.HorizontalBarStyler;

/** Draws horizontal bars: a row for each name, and in it a bar for each series. */
final class BarChart {

    /** Bars that lie further apart than this are drawn on a logarithmic axis: the short ones would not be seen. */
    private static final double LOGARITHMIC_FROM = 40;

    private static final double FILL = 0.72;

    /** One series' figures, one for each name; null where there is none. */
    record Series(String name, List<@Nullable Figure> figures) {}

    private final String title;
    private final String unit;
    private final List<String> names = new ArrayList<>();
    private final List<Series> series = new ArrayList<>();
    private final Set<String> marked = new HashSet<>();
    private double aim;

    BarChart(String title, String unit, List<String> names) {
        this.title = title;
        this.unit = unit;
        this.names.addAll(names);
    }

    /** Adds a series, if it has any figure. */
    BarChart series(String name, List<@Nullable Figure> figures) {
        if (figures.stream().anyMatch(Objects::nonNull)) {
            series.add(new Series(name, figures));
        }
        return this;
    }

    /** Draws a line across all bars, where they should end. */
    BarChart aim(double value) {
        aim = value;
        return this;
    }

    /** Marks a row as the one that this is about. */
    BarChart mark(String name) {
        marked.add(name);
        return this;
    }

    byte[] svg() {
        double high = aim;
        double low = Double.MAX_VALUE;
        for (Series one : series) {
            for (Figure figure : one.figures) {
                if (figure != null) {
                    high = Math.max(high, figure.high());
                    low = Math.min(low, figure.low());
                }
            }
        }
        boolean logarithmic = low > 0 && high / low > LOGARITHMIC_FROM;

        double start = logarithmic ? Math.pow(10, Math.floor(Math.log10(low))) : 0;
        int height = 130 + names.size() * (14 + 20 * series.size());
        HorizontalBarChart chart = new HorizontalBarChartBuilder()
                .width(ChartStyle.WIDTH)
                .height(height)
                .title(title)
                .xAxisTitle(logarithmic ? unit + " (logarithmic, from " + AxisLabels.plain(start) + ")" : unit)
                .build();
        HorizontalBarStyler style = chart.getStyler();
        ChartStyle.apply(style);
        style.setAvailableSpaceFill(FILL);
        style.setPlotGridHorizontalLinesVisible(false);
        style.setYAxisTitleVisible(false);
        style.setYAxisLabelAlignment(TextAlignment.Right);
        // Without a number that is larger than that of the rows, XChart leaves out the names of every other row.
        style.setXAxisMaxLabelCount(names.size() + 2);
        style.setXAxisLogarithmic(logarithmic);
        style.setXAxisLogarithmicDecadeOnly(true);
        style.setXAxisTickLabelsFormattingFunction(AxisLabels::plain);
        // At the right there must be room for what is written behind the longest bar.
        style.setXAxisMin(start);
        if (logarithmic) {
            style.setXAxisMax(high * Math.pow(high / start, 0.14));
        } else {
            style.setXAxisMax(high * 1.14);
        }

        for (int i = 0; i < series.size(); i++) {
            List<Double> medians = new ArrayList<>();
            for (Figure figure : series.get(i).figures) {
                // No bar; XChart also leaves out nulls, but not where a series begins with one.
                medians.add(figure == null ? Double.NaN : figure.median());
            }
            chart.addSeries(series.get(i).name, medians, names).setFillColor(ChartStyle.color(i));
        }
        chart.addAnnotation(new BarRanges(
                Collections.unmodifiableList(series),
                names.stream().map(marked::contains).toList(),
                FILL,
                aim));
        return ChartStyle.svg(chart);
    }
}
