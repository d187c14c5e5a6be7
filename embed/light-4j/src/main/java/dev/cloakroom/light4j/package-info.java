/**
 * Cloakroom's sessions in light-4j, in the place of light-session-4j: name
 * {@link dev.cloakroom.light4j.CloakroomSessionManager} in {@code service.yml}.
 */
@NullMarked
package dev.cloakroom.light4j;

import org.jspecify.annotations.NullMarked;
