/**
 * Keys: the ring that signs and verifies, its file, its rotation. Start at {@link dev.cloakroom.key.KeyRing}.
 */
@NullMarked
package dev.cloakroom.key;

import org.jspecify.annotations.NullMarked;
