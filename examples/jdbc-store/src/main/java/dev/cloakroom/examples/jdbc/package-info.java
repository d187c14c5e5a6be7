/** A session store in a relational database. */
@NullMarked
package dev.cloakroom.examples.jdbc;

import org.jspecify.annotations.NullMarked;
