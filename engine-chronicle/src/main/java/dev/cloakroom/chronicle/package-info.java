/**
 * Keeps sessions off the heap with Chronicle Map, in memory or in files that survive the end of the process. See {@link
 * dev.cloakroom.chronicle.ChronicleSessionStore}.
 */
@NullMarked
package dev.cloakroom.chronicle;

import org.jspecify.annotations.NullMarked;
