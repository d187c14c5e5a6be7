@NullMarked
package dev.cloakroom.examples.jdbc;

import org.jspecify.annotations.NullMarked;
