package dev.cloakroom.key;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Determines the number of the user of this process. */
final class OwnUser {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String UID = "Uid:";
    private static final Pattern SPACE = Pattern.compile("\\s+");

    private OwnUser() {}

    /** Holds the number, which is determined once. */
    private static final class Known {
        private static final @Nullable Integer UID = find();
    }

    /** Returns the effective user's number, or null if it is unknown or the system has none. */
    static @Nullable Integer uid() {
        return Known.UID;
    }

    private static @Nullable Integer find() {
        try {
            Integer uid = fromStatus(Files.readAllLines(STATUS));
            return uid != null ? uid : ofNewFile();
        } catch (IOException | RuntimeException e) {
            return ofNewFile();
        }
    }

    /** Returns the effective user's number from {@code /proc/self/status} of Linux: the second number after "Uid:". */
    static @Nullable Integer fromStatus(List<String> status) {
        for (String line : status) {
            if (line.startsWith(UID)) {
                return Integer.parseUnsignedInt(SPACE.split(line, -1)[2]);
            }
        }
        return null;
    }

    private static @Nullable Integer ofNewFile() {
        try {
            Path file = Files.createTempFile("cloakroom", null);
            try {
                return FileFacts.of(file).uid();
            } finally {
                Files.delete(file);
            }
        } catch (IOException | RuntimeException e) {
            return null;
        }
    }
}
