package dev.cloakroom.jmh.report;

import org.jspecify.annotations.Nullable;

/**
 * What one case took on one JDK.
 *
 * @param jdk the feature number, such as 25
 * @param time nanoseconds an operation
 * @param allocated bytes an operation, if that was measured
 * @param run the JVM and the effort of the measurement
 */
record Result(Case measured, int jdk, Figure time, @Nullable Figure allocated, Run run) {}
