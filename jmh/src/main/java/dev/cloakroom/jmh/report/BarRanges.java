package dev.cloakroom.jmh.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.font.FontRenderContext;
import java.awt.font.TextLayout;
import java.awt.geom.AffineTransform;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.List;
import org.knowm.xchart.internal.chartpart.Annotation;

/**
 * Draws on horizontal bars what XChart has for upright ones only, and there only with both sides alike: from where to
 * where the repetitions went. Writes each figure behind its bar.
 */
final class BarRanges extends Annotation {

    private static final int CAP = 3;
    private static final int GAP = 7;

    private final List<BarChart.Series> series;
    private final List<Boolean> marked;
    private final double fill;
    private final double aim;

    BarRanges(List<BarChart.Series> series, List<Boolean> marked, double fill, double aim) {
        super(false);
        this.series = series;
        this.marked = marked;
        this.fill = fill;
        this.aim = aim;
        // Nothing asks where an annotation is before it was painted.
        this.bounds = new Rectangle2D.Double();
    }

    @Override
    public void paint(Graphics2D g) {
        // XChart's names are of the axis, which points upwards; on the screen the least is at the bottom.
        double top = Math.min(getYAxisScreenValueForMin(), getYAxisScreenValueForMax());
        double bottom = Math.max(getYAxisScreenValueForMin(), getYAxisScreenValueForMax());
        bounds = new Rectangle2D.Double(
                getXAxisScreenValueForMin(),
                top,
                Math.max(getXAxisScreenValueForMax() - getXAxisScreenValueForMin(), 0),
                Math.max(bottom - top, 0));
        if (aim > 0) {
            g.setColor(ChartStyle.AIM);
            g.setStroke(new BasicStroke(1.5f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 10, new float[] {5, 4}, 0));
            int x = getXAxisScreenValue(aim);
            g.draw(new Line2D.Double(x, top, x, bottom));
        }
        int rows = marked.size();
        double row = (bottom - top) / rows;
        for (int i = 0; i < rows; i++) {
            if (marked.get(i)) {
                g.setColor(ChartStyle.MARK);
                g.fill(new Rectangle2D.Double(getXAxisScreenValueForMin(), top + row * i, bounds.getWidth(), row));
            }
        }
        double bar = row * fill / series.size();
        for (int i = 0; i < series.size(); i++) {
            for (int j = 0; j < rows; j++) {
                Figure figure = series.get(i).figures().get(j);
                if (figure != null) {
                    paint(g, figure, top + row * j + row * (1 - fill) / 2 + bar * (i + 0.5));
                }
            }
        }
    }

    private void paint(Graphics2D g, Figure figure, double y) {
        double low = getXAxisScreenValue(figure.low());
        double high = getXAxisScreenValue(figure.high());
        g.setColor(ChartStyle.INK);
        g.setStroke(new BasicStroke(1.2f));
        g.draw(new Line2D.Double(low, y, high, y));
        g.draw(new Line2D.Double(low, y - CAP, low, y + CAP));
        g.draw(new Line2D.Double(high, y - CAP, high, y + CAP));

        TextLayout text = new TextLayout(
                Numbers.number(figure.median()), ChartStyle.font(12), new FontRenderContext(null, true, true));
        Rectangle2D size = text.getBounds();
        Shape outline = text.getOutline(AffineTransform.getTranslateInstance(high + GAP, y - size.getCenterY()));
        Rectangle2D behind = outline.getBounds2D();
        if (aim > 0) {
            // Its line must not cross a figure out.
            g.setColor(Color.WHITE);
            g.fill(new Rectangle2D.Double(
                    behind.getX() - 2, behind.getY() - 2, behind.getWidth() + 4, behind.getHeight() + 4));
        }
        g.setColor(ChartStyle.INK);
        g.fill(outline);
    }
}
