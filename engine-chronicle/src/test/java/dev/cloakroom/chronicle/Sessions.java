package dev.cloakroom.chronicle;

import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/** Records for tests. */
final class Sessions {

    static final long NOW = 1_800_000_000_000L;
    static final PrincipalKey ADA = new PrincipalKey(0xADA, 1);

    private Sessions() {}

    /** Creates a directory that a store accepts. */
    static void createDirectory(Path directory) throws IOException {
        Files.createDirectory(directory);
        if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        }
    }

    static SessionKey key(long number) {
        return new SessionKey(number * 0x9E3779B97F4A7C15L, number);
    }

    static SessionRecord of(long number, @Nullable PrincipalKey principal, byte[] data) {
        return new SessionRecord(key(number), 1, NOW, NOW, 60_000, NOW + 600_000, principal, data);
    }

    static SessionRecord of(long number, @Nullable PrincipalKey principal, String data) {
        return of(number, principal, data.getBytes(StandardCharsets.US_ASCII));
    }

    static SessionRecord next(SessionRecord before, @Nullable PrincipalKey principal, byte[] data) {
        return new SessionRecord(
                before.key(),
                before.version() + 1,
                before.createdAt(),
                before.lastAccess(),
                before.idleTimeout(),
                before.absoluteDeadline(),
                principal,
                data);
    }
}
