package dev.cloakroom.jmh.report;

/**
 * Where a result is from.
 *
 * @param file the name of JMH's file
 * @param jvm the JVM's name and version
 * @param effort how many forks and iterations there were
 */
record Run(String file, String jvm, String effort) {}
