package dev.cloakroom.key;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What reading a key file asks of the system. Tests make single steps fail or return something else. */
interface KeyFileDisk {

    /** The system itself. */
    KeyFileDisk SYSTEM = new KeyFileDisk() {};

    /** Returns the facts about a file or directory. Links are followed. */
    default FileFacts facts(Path path) throws IOException {
        return FileFacts.of(path);
    }

    /** Returns the first bytes of a file, at most so many. */
    default byte[] read(Path path, int limit) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            return in.readNBytes(limit);
        }
    }

    /** Returns the number of the user that this process runs as, or null if that cannot be found out. */
    default @Nullable Integer ownUid() {
        return OwnUser.uid();
    }
}
