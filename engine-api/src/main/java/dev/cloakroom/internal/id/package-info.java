/** Session ids, their hashes, and the session cookie that carries them. Not exported. */
@NullMarked
package dev.cloakroom.internal.id;

import org.jspecify.annotations.NullMarked;
