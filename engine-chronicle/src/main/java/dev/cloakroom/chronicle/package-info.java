/**
 * Keeps sessions off the heap with Chronicle Map: millions of them without a garbage collector's cost, in memory or in
 * files that outlive the process, however it ends. See {@link dev.cloakroom.chronicle.ChronicleSessionStore}.
 */
@NullMarked
package dev.cloakroom.chronicle;

import org.jspecify.annotations.NullMarked;
