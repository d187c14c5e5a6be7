/** Gathers the sources of the site. */
@NullMarked
package dev.cloakroom.site;

import org.jspecify.annotations.NullMarked;
