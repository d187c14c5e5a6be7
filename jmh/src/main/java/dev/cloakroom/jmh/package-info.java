/** Benchmarks of the path that every request takes, beside what others cost. Nothing here is published. */
@NullMarked
package dev.cloakroom.jmh;

import org.jspecify.annotations.NullMarked;
