/**
 * Cloakroom's sessions in Vert.x. {@link dev.cloakroom.vertx.CloakroomHandler} gives each request the engine's session.
 * {@link dev.cloakroom.vertx.CloakroomSessionStore} keeps vertx-web's own sessions in an engine.
 */
@NullMarked
package dev.cloakroom.vertx;

import org.jspecify.annotations.NullMarked;
