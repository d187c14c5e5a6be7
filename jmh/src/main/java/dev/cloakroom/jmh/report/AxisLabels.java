package dev.cloakroom.jmh.report;

import java.util.Locale;

/** Writes the numbers along an axis. */
final class AxisLabels {

    private AxisLabels() {}

    static String plain(double value) {
        if (value == Math.rint(value)) {
            return String.format(Locale.ROOT, "%,d", (long) value);
        }
        return Double.toString(Math.rint(value * 1000) / 1000);
    }

    /** Labels 1, 2 and 5 of each decade; between these there is no room. */
    static String sparse(double value) {
        double first = value / Math.pow(10, Math.floor(Math.log10(value) + 1e-9));
        long digit = Math.round(first);
        return digit == 1 || digit == 2 || digit == 5 ? plain(value) : "";
    }
}
