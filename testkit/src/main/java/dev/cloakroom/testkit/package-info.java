/**
 * Contract tests for store authors. A store's tests extend {@link dev.cloakroom.testkit.SessionStoreContract} for the
 * store alone, {@link dev.cloakroom.testkit.SessionEngineContract} for an engine over it, and {@link
 * dev.cloakroom.testkit.LinearizabilityContract} for a search by Lincheck, and inherit every test.
 *
 * <p>The other classes help to write further tests: a manual clock, a browser that keeps its cookie, threads that start
 * together, child processes and free ports.
 */
@NullMarked
package dev.cloakroom.testkit;

import org.jspecify.annotations.NullMarked;
