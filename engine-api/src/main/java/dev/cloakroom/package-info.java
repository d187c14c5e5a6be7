/**
 * Sessions behind signed cookies. Start with {@link dev.cloakroom.SessionEngine}.
 */
@NullMarked
package dev.cloakroom;

import org.jspecify.annotations.NullMarked;
