/** The keys that the engine derives from a key ring. Not exported. */
@NullMarked
package dev.cloakroom.internal.derived;

import org.jspecify.annotations.NullMarked;
