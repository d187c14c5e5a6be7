package dev.cloakroom.infinispan;

import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A directory whose files nobody but their owner can open, as far as the file system knows owners, and that one node at a
 * time uses. Files are replaced as a whole: a reader finds the old one or the new one, also after a loss of power.
 */
final class OwnerOnlyDirectory implements AutoCloseable {

    /** Which are open in this process: a lock of the system's is lost when anyone in the process closes the file. */
    private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

    private static final Set<PosixFilePermission> OWNERS = EnumSet.of(
            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);
    private static final String UNFINISHED = ".new";

    private final Path path;
    private final FileChannel lock;

    private OwnerOnlyDirectory(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /** Writes a file's content. */
    interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Opens a directory, which is made, with those above it, unless it exists.
     *
     * @throws IllegalStateException if it cannot be used, others have access to it, it is another user's, or in use
     */
    static OwnerOnlyDirectory open(Path directory) {
        Path real;
        try {
            if (!Files.isDirectory(directory)) {
                Files.createDirectories(directory, permissions(directory.toAbsolutePath(), "rwx------"));
            }
            real = directory.toRealPath();
            requireOwnersAlone(real);
        } catch (IOException e) {
            throw unusable(directory, e);
        }
        if (!OPEN.add(real)) {
            throw inUse(real);
        }
        try {
            return new OwnerOnlyDirectory(real, lock(real));
        } catch (IOException e) {
            OPEN.remove(real);
            throw unusable(directory, e);
        } catch (RuntimeException e) {
            OPEN.remove(real);
            throw e;
        }
    }

    private static void requireOwnersAlone(Path directory) throws IOException {
        if (!knowsOwners(directory)) {
            return;
        }
        if (!OWNERS.containsAll(Files.getPosixFilePermissions(directory))) {
            throw new IllegalStateException("others than its owner have access to " + directory
                    + ": sessions are kept only where nobody else has (chmod 700)");
        }
        Path own = Files.createTempFile(directory, "owner", null);
        try {
            requireSame(Files.getOwner(own), Files.getOwner(directory), directory);
        } finally {
            Files.delete(own);
        }
    }

    static void requireSame(UserPrincipal user, UserPrincipal owner, Path directory) {
        if (!user.equals(owner)) {
            throw new IllegalStateException(directory + " is another user's: sessions are kept only in a directory"
                    + " that is owned by the user that this program runs as");
        }
    }

    private static FileChannel lock(Path directory) throws IOException {
        Path file = directory.resolve("lock");
        try {
            Files.createFile(file, permissions(file, "rw-------"));
        } catch (FileAlreadyExistsException e) {
            // Of an earlier start; who has it open counts, and not that it is there.
        }
        FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() == null) {
                throw inUse(directory);
            }
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static IllegalStateException inUse(Path directory) {
        return new IllegalStateException(directory + " is in use by another store: each node needs one of its own");
    }

    private static IllegalStateException unusable(Path directory, IOException cause) {
        return new IllegalStateException(directory + " cannot be used as the directory of a session store", cause);
    }

    private static boolean knowsOwners(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static FileAttribute<?>[] permissions(Path path, String permissions) {
        return knowsOwners(path)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    /** Returns where a file is, whether it exists or not. */
    Path file(String name) {
        return path.resolve(name);
    }

    /** Makes a file, or puts it in the place of the one of that name, all at once. It outlives a loss of power. */
    void write(String name, Content content) throws IOException {
        Path unfinished = file(name + UNFINISHED);
        try {
            Files.deleteIfExists(unfinished);
            Files.createFile(unfinished, permissions(unfinished, "rw-------"));
            // Not a channel: the interrupt of a thread would close that, and whoever stops a program may interrupt it.
            try (FileOutputStream file = new FileOutputStream(unfinished.toFile());
                    OutputStream out = new BufferedOutputStream(file, 1 << 16)) {
                content.writeTo(out);
                out.flush();
                file.getFD().sync();
            }
            Files.move(unfinished, file(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(unfinished);
            throw e;
        }
        sync();
    }

    /** Deletes a file if it exists; when this returns, not even a loss of power brings back what was in it. */
    void delete(String name) throws IOException {
        Path file = file(name);
        if (Files.exists(file)) {
            // Emptied first: that can be made to last on every system, that a name is gone cannot.
            try (FileOutputStream emptied = new FileOutputStream(file.toFile())) {
                emptied.getFD().sync();
            }
            Files.delete(file);
            sync();
        }
    }

    /** Gives a file another name, and replaces one that has that. */
    void rename(String from, String to) throws IOException {
        Files.move(file(from), file(to), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        sync();
    }

    /** Has the system write which names there are, where it can be asked to. */
    private void sync() {
        try (FileChannel directory = FileChannel.open(path, StandardOpenOption.READ)) {
            directory.force(true);
        } catch (IOException e) {
            // Not every system opens a directory as a file; nothing that must not be rests on this.
        }
    }

    @Override
    public void close() {
        if (!lock.isOpen()) {
            // Another may have it open by now.
            return;
        }
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            OPEN.remove(path);
        }
    }
}
