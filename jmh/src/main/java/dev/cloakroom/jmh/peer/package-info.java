/** What a Java program would use instead of Cloakroom, each behind one small interface. */
@NullMarked
package dev.cloakroom.jmh.peer;

import org.jspecify.annotations.NullMarked;
