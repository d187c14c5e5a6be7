package dev.cloakroom.jmh.report;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Writes figures with as many digits as they deserve. */
final class Numbers {

    private Numbers() {}

    /** Returns a figure and its range, such as {@code 314 (309–322)}; empty if there is none. */
    static String withRange(@Nullable Figure figure) {
        if (figure == null) {
            return "";
        }
        String low = number(figure.low());
        String high = number(figure.high());
        return number(figure.median()) + (low.equals(high) ? "" : " (" + low + "–" + high + ")");
    }

    /** Returns a figure alone; empty if there is none. */
    static String alone(@Nullable Figure figure) {
        return figure == null ? "" : number(figure.median());
    }

    /** Returns bytes, whole; empty if there are none. JMH's figure has a trace of what the harness itself allocates. */
    static String bytes(@Nullable Figure figure) {
        return figure == null ? "" : String.format(Locale.ROOT, "%,d", Math.round(figure.median()));
    }

    /** Returns a number with three digits that count, or more if it is above 1,000. */
    static String number(double value) {
        double size = Math.abs(value);
        if (size >= 99.95) {
            return String.format(Locale.ROOT, "%,d", Math.round(value));
        }
        return String.format(Locale.ROOT, size >= 9.995 ? "%.1f" : "%.2f", value);
    }

    /** Returns a parameter's value, with thousands set apart if it is a number. */
    static String param(String value) {
        return value.matches("\\d{4,15}") ? String.format(Locale.ROOT, "%,d", Long.parseLong(value)) : value;
    }
}
