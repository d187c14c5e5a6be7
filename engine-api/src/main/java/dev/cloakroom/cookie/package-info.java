/**
 * Cookies: policies and {@code Set-Cookie} headers, parsing of {@code Cookie} headers, and signed or sealed values.
 */
@NullMarked
package dev.cloakroom.cookie;

import org.jspecify.annotations.NullMarked;
