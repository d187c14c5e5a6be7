/** Cryptographic primitives and pools. Not exported: no part of the public face. */
@NullMarked
package dev.cloakroom.internal;

import org.jspecify.annotations.NullMarked;
