@NullMarked
package dev.cloakroom.micrometer;

import org.jspecify.annotations.NullMarked;
