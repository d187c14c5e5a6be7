/** A Spring Boot application with a login whose sessions are Cloakroom's. */
@NullMarked
package dev.cloakroom.examples.spring;

import org.jspecify.annotations.NullMarked;
