/** Publishes the figures of a session engine as Micrometer meters. */
@NullMarked
package dev.cloakroom.micrometer;

import org.jspecify.annotations.NullMarked;
