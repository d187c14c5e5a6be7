/** Strict decoding and encoding of text. Not exported. */
@NullMarked
package dev.cloakroom.internal.text;

import org.jspecify.annotations.NullMarked;
