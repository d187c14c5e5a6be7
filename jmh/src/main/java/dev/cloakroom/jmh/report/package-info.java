/** Turns what JMH measured into a page that people read: {@code docs/benchmarks.md}, its tables and its charts. */
@NullMarked
package dev.cloakroom.jmh.report;

import org.jspecify.annotations.NullMarked;
