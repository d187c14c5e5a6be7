package dev.cloakroom.chronicle;

/** What to do when the files of a store cannot be recovered. Nothing is ever deleted. */
public enum OnDamage {
    /** Leave them as they are, and throw. */
    FAIL,
    /** Move them to a subdirectory named {@code damaged-} and a number, report it, and begin with an empty store. */
    START_FRESH
}
