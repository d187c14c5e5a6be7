/**
 * Cloakroom's engine behind Spring Session: {@code HttpServletRequest.getSession()} of a Spring application.
 *
 * <p>Start at {@link dev.cloakroom.spring.session.CloakroomHttpSessionConfiguration}.
 */
@NullMarked
package dev.cloakroom.spring.session;

import org.jspecify.annotations.NullMarked;
