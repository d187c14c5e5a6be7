package dev.cloakroom.jmh.report;

import java.awt.BasicStroke;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import org.knowm.xchart.style.markers.Marker;

/** The short line across each end of an error bar. */
final class RangeEnd extends Marker {

    private static final double HALF = 4;

    @Override
    public void paint(Graphics2D g, double x, double y, int size) {
        g.setStroke(new BasicStroke(1.2f));
        g.draw(new Line2D.Double(x - HALF, y, x + HALF, y));
    }
}
