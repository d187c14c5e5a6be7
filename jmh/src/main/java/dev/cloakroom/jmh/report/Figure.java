package dev.cloakroom.jmh.report;

import java.util.List;

/**
 * What was measured, and how far apart its repetitions lie.
 *
 * <p>Forks differ more than the iterations within one: the compiler decides anew in each JVM. So a fork counts once, by
 * its mean. The median of the forks is the figure, and a single odd fork does not move it.
 */
record Figure(double median, double low, double high) {

    /** Returns the median and the extremes of the forks' means; of the iterations, if there was one fork only. */
    static Figure of(List<List<Double>> forks) {
        if (forks.isEmpty() || forks.stream().anyMatch(List::isEmpty)) {
            throw new IllegalArgumentException("a fork without iterations");
        }
        if (forks.size() == 1) {
            List<Double> iterations = forks.get(0);
            double[] ordered = sorted(iterations);
            return new Figure(mean(iterations), ordered[0], ordered[ordered.length - 1]);
        }
        double[] means = sorted(forks.stream().map(Figure::mean).toList());
        int middle = means.length / 2;
        double median = means.length % 2 == 1 ? means[middle] : (means[middle - 1] + means[middle]) / 2;
        return new Figure(median, means[0], means[means.length - 1]);
    }

    Figure plus(Figure other) {
        return new Figure(median + other.median, low + other.low, high + other.high);
    }

    Figure minus(Figure other) {
        return new Figure(median - other.median, low - other.high, high - other.low);
    }

    Figure times(double factor) {
        return new Figure(median * factor, low * factor, high * factor);
    }

    /** Returns the ratio of the medians, between the smallest and the largest that any two repetitions would give. */
    Figure dividedBy(Figure other) {
        return new Figure(
                median / other.median,
                low / (low < 0 ? other.low : other.high),
                high / (high < 0 ? other.high : other.low));
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    private static double[] sorted(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    }
}
