package dev.cloakroom.chronicle;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** Makes files and directories that nobody but their owner can open, where the file system knows owners. */
final class OwnerOnly {

    private OwnerOnly() {}

    /** Makes an empty file unless it exists. */
    static Path create(Path file) throws IOException {
        try {
            return Files.createFile(file, permissions(file, "rw-------"));
        } catch (FileAlreadyExistsException e) {
            return file;
        }
    }

    /** Makes a directory, and those above it, unless it exists. */
    static Path createDirectory(Path directory) throws IOException {
        return Files.isDirectory(directory)
                ? directory
                : Files.createDirectories(directory, permissions(directory.toAbsolutePath(), "rwx------"));
    }

    private static FileAttribute<?>[] permissions(Path path, String permissions) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }
}
