package dev.cloakroom.chronicle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Identifies the current boot of the operating system. A power failure or a crash of the system ends it. */
final class BootId {

    private static final Path FILE = Path.of("/proc/sys/kernel/random/boot_id");

    private BootId() {}

    /** Returns the identifier, or null if it is unknown. Only Linux has one. */
    static @Nullable UUID read() {
        try {
            return UUID.fromString(Files.readString(FILE).strip());
        } catch (IOException | IllegalArgumentException e) {
            return null;
        }
    }
}
