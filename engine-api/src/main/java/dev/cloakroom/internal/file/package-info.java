/** Holds the directories that stores keep files in. Not part of the API. */
@NullMarked
package dev.cloakroom.internal.file;

import org.jspecify.annotations.NullMarked;
