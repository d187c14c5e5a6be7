package dev.cloakroom.chronicle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Identifies the present run of the operating system, which ends when power fails or the system crashes. */
final class BootId {

    private static final Path FILE = Path.of("/proc/sys/kernel/random/boot_id");

    private BootId() {}

    /** Returns the identifier, or null if the system has none that is known; only Linux has. */
    static @Nullable UUID read() {
        try {
            return UUID.fromString(Files.readString(FILE).strip());
        } catch (IOException | IllegalArgumentException e) {
            return null;
        }
    }
}
