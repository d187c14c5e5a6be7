/** A page to log in on and the HTTP API behind it, to show what a browser gets of a session and what it does not. */
@NullMarked
package dev.cloakroom.examples.demo;

import org.jspecify.annotations.NullMarked;
