/**
 * What proves a store: {@link dev.cloakroom.testing.SessionStoreContract} for the store alone, and {@link
 * dev.cloakroom.testing.SessionEngineContract} for an engine over it. Whoever writes a store extends both and inherits
 * every test.
 */
@NullMarked
package dev.cloakroom.testing;

import org.jspecify.annotations.NullMarked;
