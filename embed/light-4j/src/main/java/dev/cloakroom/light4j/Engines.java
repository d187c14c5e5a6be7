package dev.cloakroom.light4j;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.ValueTypes;
import org.jspecify.annotations.Nullable;

/** Knows the engine of what light-4j makes by no-argument constructors. */
final class Engines {

    /**
     * An engine and the types of the values in its sessions.
     *
     * @param engine where sessions live
     * @param types the values' types
     */
    record Choice(SessionEngine engine, ValueTypes types) {}

    private static @Nullable Choice chosen;

    private Engines() {}

    static synchronized void use(Choice choice) {
        chosen = choice;
    }

    /** Returns the engine that was given, or one that the configuration describes, made by the first call. */
    static synchronized Choice current() {
        Choice choice = chosen;
        if (choice == null) {
            choice = new Choice(CloakroomConfig.load().newEngine(), ValueTypes.standard());
            chosen = choice;
        }
        return choice;
    }
}
