/** Fills each store with millions of sessions and tells what that takes. */
@NullMarked
package dev.cloakroom.examples.capacity;

import org.jspecify.annotations.NullMarked;
