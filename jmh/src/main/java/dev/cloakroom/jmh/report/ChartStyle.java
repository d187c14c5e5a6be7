package dev.cloakroom.jmh.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.TimeZone;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.internal.chartpart.IChart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;

/** What all charts have in common: calm colours on white, which is legible on a dark page too. */
final class ChartStyle {

    static final int WIDTH = 900;
    static final Color INK = new Color(0x33, 0x3D, 0x47);
    static final Color AIM = new Color(0xB2, 0x4C, 0x2F);

    /** Seen through: it is laid over a row and its bars. */
    static final Color MARK = new Color(0x3E, 0x7D, 0x54, 0x30);

    private static final Color FAINT = new Color(0xE3, 0xE7, 0xEB);
    private static final Color[] SERIES = {
        new Color(0x93, 0xB5, 0xD4),
        new Color(0x2F, 0x5D, 0x8C),
        new Color(0x8F, 0xB8, 0x9A),
        new Color(0x3E, 0x7D, 0x54),
        new Color(0xD9, 0xB3, 0x7E),
        new Color(0xA0, 0x6A, 0x2C),
    };

    private ChartStyle() {}

    static Font font(int size) {
        return new Font(Font.SANS_SERIF, Font.PLAIN, size);
    }

    static Color color(int series) {
        return SERIES[series % SERIES.length];
    }

    static void apply(AxesChartStyler style) {
        // XChart takes what it is not told from the machine: its language and its time zone.
        style.setLocale(Locale.ROOT);
        style.setTimezone(TimeZone.getTimeZone("UTC"));
        style.setChartBackgroundColor(Color.WHITE);
        style.setPlotBackgroundColor(Color.WHITE);
        style.setPlotBorderVisible(false);
        style.setPlotGridLinesColor(FAINT);
        style.setPlotGridLinesStroke(new BasicStroke(1));
        style.setPlotContentSize(1);
        style.setPlotMargin(0);
        style.setChartPadding(14);
        style.setChartFontColor(INK);
        style.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 16));
        style.setChartTitleBoxVisible(false);
        style.setChartTitlePadding(10);
        style.setAxisTitleFont(font(13));
        style.setXAxisTitleColor(INK);
        style.setYAxisTitleColor(INK);
        style.setAxisTitlePadding(10);
        style.setAxisTickLabelsFont(font(13));
        style.setAxisTickLabelsColor(INK);
        style.setAxisTickMarksColor(FAINT);
        style.setAxisTickPadding(8);
        style.setAxisTicksLineVisible(false);
        style.setLegendFont(font(13));
        style.setLegendBorderColor(Color.WHITE);
        style.setLegendBackgroundColor(Color.WHITE);
        style.setLegendPosition(LegendPosition.OutsideS);
        style.setLegendLayout(LegendLayout.Horizontal);
    }

    static byte[] svg(IChart chart) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ChartEncoder.saveChart(chart, bytes, "svg");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
