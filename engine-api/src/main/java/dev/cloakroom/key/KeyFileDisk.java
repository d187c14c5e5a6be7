package dev.cloakroom.key;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The calls of the file system that read a key file. Tests replace single calls. */
interface KeyFileDisk {

    /** The system itself. */
    KeyFileDisk SYSTEM = new KeyFileDisk() {};

    /** Returns the facts about a file or directory. Follows links. */
    default FileFacts facts(Path path) throws IOException {
        return FileFacts.of(path);
    }

    /** Returns the first bytes of a file, at most {@code limit}. */
    default byte[] read(Path path, int limit) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            return in.readNBytes(limit);
        }
    }

    /** Returns the number of the user of this process, or null if it is unknown. */
    default @Nullable Integer ownUid() {
        return OwnUser.uid();
    }
}
