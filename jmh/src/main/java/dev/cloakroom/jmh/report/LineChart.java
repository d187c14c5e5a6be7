package dev.cloakroom.jmh.report;

import java.awt.BasicStroke;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws how a time grows: a logarithmic axis of what grows, and an axis of times that begins at zero. */
final class LineChart {

    private final String title;
    private final String growing;
    private final Map<String, SortedMap<Long, Figure>> series = new LinkedHashMap<>();

    LineChart(String title, String growing) {
        this.title = title;
        this.growing = growing;
    }

    /** Adds a line, if it has any point. */
    LineChart series(String name, SortedMap<Long, Figure> points) {
        if (!points.isEmpty()) {
            series.put(name, points);
        }
        return this;
    }

    byte[] svg() {
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        double high = 0;
        for (SortedMap<Long, Figure> points : series.values()) {
            first = Math.min(first, points.firstKey());
            last = Math.max(last, points.lastKey());
            high = Math.max(
                    high,
                    points.values().stream().mapToDouble(Figure::high).max().orElse(0));
        }
        // Nothing at all, such as a session without attributes, has no place on a logarithmic axis.
        boolean logarithmic = first > 0 && last > first;
        XYChart chart = new XYChartBuilder()
                .width(ChartStyle.WIDTH)
                .height(400)
                .title(title)
                .xAxisTitle(logarithmic ? growing + " (logarithmic)" : growing)
                .yAxisTitle("ns")
                .build();
        XYStyler style = chart.getStyler();
        ChartStyle.apply(style);
        style.setPlotGridVerticalLinesVisible(false);
        style.setXAxisLogarithmic(logarithmic);
        // Points at the very edge would be cut, and XChart leaves out the labels there.
        style.setPlotContentSize(0.93);
        if (logarithmic) {
            double decades = Math.log10((double) last / first);
            style.setXAxisLogarithmicDecadeOnly(decades > 3);
            style.setXAxisTickLabelsFormattingFunction(decades > 3 ? AxisLabels::plain : AxisLabels::sparse);
        } else {
            style.setXAxisTickLabelsFormattingFunction(AxisLabels::plain);
        }
        style.setYAxisMin(0.0);
        style.setYAxisMax(high);
        style.setYAxisTickLabelsFormattingFunction(AxisLabels::plain);
        style.setMarkerSize(7);

        int number = 0;
        for (Map.Entry<String, SortedMap<Long, Figure>> one : series.entrySet()) {
            List<Long> x = new ArrayList<>();
            List<Double> medians = new ArrayList<>();
            List<Long> rangeX = new ArrayList<>();
            List<Double> ranges = new ArrayList<>();
            one.getValue().forEach((at, figure) -> {
                x.add(at);
                medians.add(figure.median());
                rangeX.addAll(List.of(at, at, at));
                // XChart's own error bars are as long upwards as downwards. Here each is a line, with a gap behind it.
                ranges.addAll(List.of(figure.low(), figure.high(), Double.NaN));
            });
            XYSeries range = chart.addSeries(one.getKey() + ", range", rangeX, ranges);
            range.setLineStyle(new BasicStroke(1.2f));
            range.setLineColor(ChartStyle.INK);
            range.setMarker(new RangeEnd());
            range.setMarkerColor(ChartStyle.INK);
            range.setShowInLegend(false);
            XYSeries line = chart.addSeries(one.getKey(), x, medians);
            line.setLineStyle(new BasicStroke(2.2f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
            line.setLineColor(ChartStyle.color(number));
            line.setMarker(SeriesMarkers.CIRCLE);
            line.setMarkerColor(ChartStyle.color(number));
            number++;
        }
        return ChartStyle.svg(chart);
    }
}
