package dev.cloakroom.jmh.report;

import java.util.List;
import java.util.Locale;

/**
 * A measured figure and its range.
 *
 * <p>Forks differ more than the iterations within one: the compiler decides anew in each JVM. So a fork counts once, by
 * its mean. The figure is the median of the forks, which a single odd fork does not move.
 */
record Figure(double median, double low, double high) {

    /** Returns the median and the extremes of the forks' means, or of the iterations if there was one fork. */
    static Figure of(List<List<Double>> forks) {
        if (forks.isEmpty() || forks.stream().anyMatch(List::isEmpty)) {
            throw new IllegalArgumentException("a fork has no iterations; run the benchmark again");
        }
        double[] means = (forks.size() == 1
                        ? forks.get(0).stream()
                        : forks.stream().map(Figure::mean))
                .mapToDouble(Double::doubleValue)
                .sorted()
                .toArray();
        int middle = means.length / 2;
        double median = forks.size() == 1
                ? mean(forks.get(0))
                : means.length % 2 == 1 ? means[middle] : (means[middle - 1] + means[middle]) / 2;
        return new Figure(median, means[0], means[means.length - 1]);
    }

    Figure times(double factor) {
        return new Figure(median * factor, low * factor, high * factor);
    }

    /** Returns the ratio of the medians, between the least and the greatest that any two repetitions would give. */
    Figure dividedBy(Figure other) {
        return new Figure(median / other.median, low / other.high, high / other.low);
    }

    /** Returns the figure and its range, such as {@code 314 (309–322)}. */
    @Override
    public String toString() {
        String least = number(low);
        String greatest = number(high);
        return number(median) + (least.equals(greatest) ? "" : " (" + least + "–" + greatest + ")");
    }

    /** Returns a number with three significant digits, or whole if it is above 100. */
    static String number(double value) {
        if (value >= 99.95) {
            return String.format(Locale.ROOT, "%,d", Math.round(value));
        }
        return String.format(Locale.ROOT, value >= 9.995 ? "%.1f" : "%.2f", value);
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }
}
