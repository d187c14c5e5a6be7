/** The auto-configuration of Cloakroom for Spring Boot. Its settings are the properties {@code cloakroom.*}. */
@NullMarked
package dev.cloakroom.spring.boot;

import org.jspecify.annotations.NullMarked;
