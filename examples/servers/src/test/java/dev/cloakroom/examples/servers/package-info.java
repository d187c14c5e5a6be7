@NullMarked
package dev.cloakroom.examples.servers;

import org.jspecify.annotations.NullMarked;
