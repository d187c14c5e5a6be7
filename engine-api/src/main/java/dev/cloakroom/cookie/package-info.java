/**
 * Cookies: the policy and text of {@code Set-Cookie}, the reading of {@code Cookie}, and signed or sealed values for all
 * cookies.
 */
@NullMarked
package dev.cloakroom.cookie;

import org.jspecify.annotations.NullMarked;
