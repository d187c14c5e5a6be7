/**
 * Keeps sessions in a cluster of embedded Infinispan nodes: any node answers any request, and nodes come and go. See
 * {@link dev.cloakroom.infinispan.InfinispanSessionStore}.
 */
@NullMarked
package dev.cloakroom.infinispan;

import org.jspecify.annotations.NullMarked;
