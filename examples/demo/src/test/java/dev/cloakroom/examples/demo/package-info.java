/** Tests of the demo, over real HTTPS, as a jar, and in a browser. */
@NullMarked
package dev.cloakroom.examples.demo;

import org.jspecify.annotations.NullMarked;
