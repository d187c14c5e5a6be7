/**
 * Cookies: the policy and text of {@code Set-Cookie}, the reading of {@code Cookie}, and signed or sealed values for any
 * cookie, not only a session's.
 */
@NullMarked
package dev.cloakroom.cookie;

import org.jspecify.annotations.NullMarked;
