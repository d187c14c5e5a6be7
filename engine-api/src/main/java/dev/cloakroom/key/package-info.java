/**
 * Keys: the key ring, key files and rotation. Start with {@link dev.cloakroom.key.KeyRing}.
 */
@NullMarked
package dev.cloakroom.key;

import org.jspecify.annotations.NullMarked;
