/** Pools of objects that threads borrow. Not exported. */
@NullMarked
package dev.cloakroom.internal.pool;

import org.jspecify.annotations.NullMarked;
