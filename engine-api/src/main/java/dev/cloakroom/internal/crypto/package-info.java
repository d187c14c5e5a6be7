/** Cryptographic primitives on raw keys. Not exported. */
@NullMarked
package dev.cloakroom.internal.crypto;

import org.jspecify.annotations.NullMarked;
