/**
 * Cloakroom's sessions in Undertow. {@link dev.cloakroom.undertow.CloakroomHandler} gives each request the engine's
 * session. {@link dev.cloakroom.undertow.CloakroomSessionManager} gives it Undertow's.
 */
@NullMarked
package dev.cloakroom.undertow;

import org.jspecify.annotations.NullMarked;
