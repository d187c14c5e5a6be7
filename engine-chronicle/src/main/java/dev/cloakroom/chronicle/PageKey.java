package dev.cloakroom.chronicle;

import dev.cloakroom.store.PrincipalKey;

/**
 * The key of a page of the index.
 *
 * @param principal the principal whose sessions the page lists
 * @param page 0 for the head; the other pages are numbered from 1
 */
record PageKey(PrincipalKey principal, long page) {}
