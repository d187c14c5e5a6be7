package dev.cloakroom.chronicle;

import dev.cloakroom.store.PrincipalKey;

/**
 * Names a page of the index.
 *
 * @param principal whose sessions it lists
 * @param page 0 is the head, the others are numbered from 1
 */
record PageKey(PrincipalKey principal, long page) {}
