/** Prints what JMH measured as the tables of {@code docs/benchmarks.md}. */
@NullMarked
package dev.cloakroom.jmh.report;

import org.jspecify.annotations.NullMarked;
