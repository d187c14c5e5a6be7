/**
 * Cloakroom's sessions as {@code HttpSession}s of Jakarta Servlet 6.1.
 *
 * <p>Start at {@link dev.cloakroom.servlet.CloakroomFilter}.
 */
@NullMarked
package dev.cloakroom.servlet;

import org.jspecify.annotations.NullMarked;
