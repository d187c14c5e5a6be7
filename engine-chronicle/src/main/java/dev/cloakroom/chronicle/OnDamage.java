package dev.cloakroom.chronicle;

/** Selects how a store handles files that cannot be recovered. Neither choice deletes files. */
public enum OnDamage {
    /** Keeps the files, and throws. */
    FAIL,
    /** Moves the files to a subdirectory {@code damaged-<number>}, logs an error, and starts with an empty store. */
    START_FRESH
}
