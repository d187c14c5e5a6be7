/**
 * Sessions behind signed cookies. {@link dev.cloakroom.SessionEngine} is the way in.
 */
@NullMarked
package dev.cloakroom;

import org.jspecify.annotations.NullMarked;
