package dev.cloakroom.spring.boot;

import dev.cloakroom.key.KeyRing;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Makes the key ring that the properties ask for. */
final class Keys {

    private static final System.Logger LOGGER = System.getLogger(Keys.class.getName());

    private Keys() {}

    static KeyRing ring(CloakroomProperties properties) {
        Path file = properties.keysFile();
        if (properties.randomKeys() && file != null) {
            throw new CloakroomStartException(
                    "Both cloakroom.keys-file and cloakroom.random-keys are set.", "Remove one of them.", null);
        }
        KeyRing ring = properties.randomKeys() ? random() : fromFile(file, properties);
        String application = properties.application();
        return application == null ? ring : ring.forApplication(application);
    }

    private static KeyRing random() {
        LOGGER.log(
                Level.WARNING,
                "cloakroom.random-keys is set: all sessions end when this process does. Set cloakroom.keys-file for"
                        + " production.");
        return KeyRing.random();
    }

    private static KeyRing fromFile(@Nullable Path file, CloakroomProperties properties) {
        if (file == null) {
            throw new CloakroomStartException(
                    "There are no keys to sign session cookies with: cloakroom.keys-file is not set.", """
                    Make a file of keys that only the application's user can read, and name it in cloakroom.keys-file:

                        java -cp <class path> dev.cloakroom.key.KeyRingTool generate keys.txt

                    For a trial, set cloakroom.random-keys=true: all sessions then end with the process.""", null);
        }
        try {
            return KeyRing.fromFile(file, properties.keysFileAccess());
        } catch (UncheckedIOException e) {
            throw new CloakroomStartException(
                    "The file of the keys cannot be used: " + e.getMessage(),
                    Files.exists(file)
                            ? "Correct the file that cloakroom.keys-file names. Its user alone may have access to it"
                                    + " (chmod 600), unless cloakroom.keys-file-access=any."
                            : "Correct cloakroom.keys-file, or make the file:\n\n"
                                    + "    java -cp <class path> dev.cloakroom.key.KeyRingTool generate " + file,
                    e);
        }
    }
}
