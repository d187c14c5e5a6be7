/** Tests of the clustered store. */
@NullMarked
package dev.cloakroom.infinispan;

import org.jspecify.annotations.NullMarked;
