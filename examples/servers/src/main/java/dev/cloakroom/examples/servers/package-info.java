/** The engine in several servers, one file each. */
@NullMarked
package dev.cloakroom.examples.servers;

import org.jspecify.annotations.NullMarked;
