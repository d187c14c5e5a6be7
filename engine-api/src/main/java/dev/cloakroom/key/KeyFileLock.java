package dev.cloakroom.key;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Serializes changes of a key file. Processes exclude each other by a lock on a file beside the key file. The lock file
 * stays; a change replaces the key file, so a lock on the key file would be a lock on a deleted file. Threads of one
 * process exclude each other by a monitor that all class loaders share. They enter it before they open the lock file,
 * because Unix releases a process's lock when any of its threads closes the file.
 */
final class KeyFileLock {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long PAUSE_MILLIS = 5;

    private KeyFileLock() {}

    /** A task that runs under the lock. */
    interface Work<T> {
        T run() throws IOException;
    }

    /** Returns the lock file of a key file. */
    static Path of(Path file) {
        return file.resolveSibling("." + file.getFileName() + ".lock");
    }

    /**
     * Runs a task under the lock of a key file.
     *
     * @param file the file itself, not a link to it
     * @param old the attributes of the file, whose owner will own a new lock file, or null if the file does not exist
     * @throws IOException if the lock cannot be acquired within 30 seconds, or the task fails
     */
    static <T> T hold(Path file, @Nullable FileFacts old, Work<T> work) throws IOException {
        Path lock = of(file);
        // Interned strings are the same objects in all class loaders.
        String monitor = ("dev.cloakroom.key " + lock).intern();
        synchronized (monitor) {
            try (FileChannel channel = open(lock, old)) {
                await(channel, lock);
                return work.run();
            }
        }
    }

    private static FileChannel open(Path lock, @Nullable FileFacts old) throws IOException {
        try {
            try {
                FileChannel channel = FileChannel.open(
                        lock, Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW), ownerOnly(lock));
                if (old != null) {
                    old.giveOwnerTo(lock);
                }
                return channel;
            } catch (FileAlreadyExistsException e) {
                return FileChannel.open(lock, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
            }
        } catch (AccessDeniedException e) {
            throw new IOException(
                    lock
                            + " cannot be opened: access is denied. Run this as the user that owns the key file, who must be"
                            + " able to write to its directory",
                    e);
        } catch (IOException e) {
            throw new IOException(
                    lock + " cannot be opened, so the key file cannot be changed here (" + e.getMessage()
                            + "). If it is a mounted secret, change the secret where it comes from",
                    e);
        }
    }

    private static void await(FileChannel channel, Path lock) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!isLocked(channel)) {
            if (System.nanoTime() - deadline >= 0) {
                throw new IOException(lock + " has been locked by another process for " + PATIENCE.toSeconds()
                        + " seconds: find out which process holds it (lsof), then try again");
            }
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while waiting for " + lock);
            }
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            // This process holds it under another name, as of a second mount.
            return false;
        }
    }

    /**
     * Returns the attributes of a new file that only its owner can access; none if the file system has no permissions.
     */
    static FileAttribute<?>[] ownerOnly(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }
}
