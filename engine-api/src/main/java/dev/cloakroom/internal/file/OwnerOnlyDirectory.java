package dev.cloakroom.internal.file;

import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A directory that one store of this JVM uses, and that only its owner can open. On a file system without Unix
 * permissions, as on Windows, only symbolic links are checked.
 *
 * <p>Opening checks three conditions. The owner of the directory is the user of this process. No other user has access
 * to it. Its files are neither symbolic links nor files of other users.
 */
/*
 * POSIX locks belong to a process. A process loses its lock on a file when it closes any channel of that file. So a
 * second store of the same JVM must be refused before it opens the lock file. The second store may come from another
 * class loader, as after a redeployment, and then has other static fields. Therefore the table of open directories is
 * in the system properties, which all class loaders of a JVM share. Its entries are strings, because other code reads
 * the system properties as strings.
 */
public final class OwnerOnlyDirectory implements AutoCloseable {

    private static final String OPEN = "dev.cloakroom.open:";
    private static final String LOCK = "lock";
    private static final String UNFINISHED = ".new";
    private static final Set<PosixFilePermission> OWNERS = EnumSet.of(
            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    private final Path path;
    /** Distinguishes this claim from a later one of the same directory. */
    private final String claim = UUID.randomUUID().toString();

    private @Nullable FileChannel lock;

    private OwnerOnlyDirectory(Path path) {
        this.path = path;
    }

    /** Writes the content of a file. */
    public interface Content {
        /** Writes the content. */
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Opens a directory for this process only. Creates the directory and its parents unless they exist.
     *
     * @throws IllegalStateException if the directory cannot be used, belongs to another user, is accessible to other
     *     users, contains symbolic links, or is in use
     */
    public static OwnerOnlyDirectory open(Path directory) {
        try {
            OwnerOnlyDirectory claimed = claim(directory);
            try {
                claimed.lock();
                return claimed;
            } catch (IOException | RuntimeException e) {
                claimed.close();
                throw e;
            }
        } catch (IOException e) {
            throw new IllegalStateException(directory + " cannot be used as the directory of a session store", e);
        }
    }

    /**
     * Opens a directory for this JVM. Does not exclude other processes: the caller locks a file for that. Creates the
     * directory and its parents unless they exist.
     *
     * @throws IllegalStateException if the directory belongs to another user, is accessible to other users, contains
     *     symbolic links, or is open in this JVM
     * @throws IOException if the directory cannot be created or read
     */
    public static OwnerOnlyDirectory claim(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory, permissions(directory.toAbsolutePath(), "rwx------"));
        }
        OwnerOnlyDirectory opened = new OwnerOnlyDirectory(directory.toRealPath());
        if (System.getProperties().putIfAbsent(opened.property(), opened.claim) != null) {
            throw new IllegalStateException(
                    opened.path + " is in use by another store of this process: close that store"
                            + " first, or give each store a directory of its own. If an application was deployed again, its"
                            + " old version has not closed its store");
        }
        try {
            requireOwnersAlone(opened.path);
            return opened;
        } catch (IOException | RuntimeException e) {
            opened.release();
            throw e;
        }
    }

    private String property() {
        return OPEN + path;
    }

    private void release() {
        Properties properties = System.getProperties();
        properties.remove(property(), claim);
    }

    private static void requireOwnersAlone(Path directory) throws IOException {
        requireNoLinks(directory);
        if (!knowsOwners(directory)) {
            return;
        }
        if (!OWNERS.containsAll(Files.getPosixFilePermissions(directory))) {
            throw new IllegalStateException("others than its owner have access to " + directory
                    + ": only its owner may have access to sessions (chmod 700)");
        }
        Path own = Files.createTempFile(directory, "owner", null);
        try {
            UserPrincipal user = Files.getOwner(own);
            requireSame(user, Files.getOwner(directory), directory);
            requireOwnFiles(user, directory);
        } finally {
            Files.delete(own);
        }
    }

    private static void requireNoLinks(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            for (Path entry : (Iterable<Path>) entries::iterator) {
                if (Files.isSymbolicLink(entry)) {
                    throw new IllegalStateException(entry
                            + " is a symbolic link: a store does not write through links. Remove the link, or give the"
                            + " store a directory of its own");
                }
            }
        }
    }

    private static void requireOwnFiles(UserPrincipal user, Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            for (Path entry : (Iterable<Path>) entries::iterator) {
                // Subdirectories are not checked: a file system may create one, such as "lost+found".
                if (isFile(entry)) {
                    requireSame(user, Files.getOwner(entry, LinkOption.NOFOLLOW_LINKS), entry);
                }
            }
        }
    }

    private static boolean isFile(Path entry) throws IOException {
        try {
            return Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .isRegularFile();
        } catch (NoSuchFileException e) {
            // Another process that opens the directory deletes its "owner" file.
            return false;
        }
    }

    static void requireSame(UserPrincipal user, UserPrincipal owner, Path path) {
        if (!user.equals(owner)) {
            throw new IllegalStateException(path + " is another user's: sessions are kept only in a directory and files"
                    + " that are owned by the user that this program runs as");
        }
    }

    private void lock() throws IOException {
        FileChannel channel = channel(LOCK, StandardOpenOption.WRITE);
        lock = channel;
        if (channel.tryLock() == null) {
            throw new IllegalStateException(path + " is in use by another store: each node needs one of its own");
        }
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

    /** Returns the real path of the directory. */
    public Path path() {
        return path;
    }

    /** Returns the path of a file, whether the file exists or not. */
    public Path file(String name) {
        return path.resolve(name);
    }

    /**
     * Creates an empty file that only its owner can open, unless the file exists.
     *
     * @return its path
     * @throws IOException if the file cannot be created, or is not a regular file
     */
    public Path create(String name) throws IOException {
        Path file = file(name);
        try {
            Files.createFile(file, permissions(file, "rw-------"));
        } catch (FileAlreadyExistsException e) {
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException(file + " is not a regular file; remove it", e);
            }
        }
        return file;
    }

    /** Creates a file as {@link #create} does, and opens a channel that does not follow a symbolic link. */
    public FileChannel channel(String name, StandardOpenOption... options) throws IOException {
        Set<OpenOption> all = new HashSet<>(Set.of(options));
        all.add(LinkOption.NOFOLLOW_LINKS);
        return FileChannel.open(create(name), all);
    }

    /** Creates a subdirectory that only its owner can open, and returns its path. */
    public Path createDirectory(String name) throws IOException {
        Path directory = file(name);
        return Files.createDirectory(directory, permissions(directory, "rwx------"));
    }

    /** Writes a file, or replaces it atomically. The file survives a loss of power. */
    public void write(String name, Content content) throws IOException {
        Path unfinished = file(name + UNFINISHED);
        try {
            Files.deleteIfExists(unfinished);
            Files.createFile(unfinished, permissions(unfinished, "rw-------"));
            // Not a channel: an interrupt would close it, and a program that stops interrupts its threads.
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

    /** Deletes a file if it exists. After the return, a loss of power does not bring its content back. */
    public void delete(String name) throws IOException {
        Path file = file(name);
        if (Files.exists(file)) {
            // Truncated first: every system can flush the truncation, but not the deletion of the name.
            try (FileOutputStream emptied = new FileOutputStream(file.toFile())) {
                emptied.getFD().sync();
            }
            Files.delete(file);
            sync();
        }
    }

    /** Renames a file, and replaces the file of the new name. */
    public void rename(String from, String to) throws IOException {
        Files.move(file(from), file(to), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        sync();
    }

    /** Flushes the names of the files to the disk, if the system supports it. */
    private void sync() {
        try (FileChannel directory = FileChannel.open(path, StandardOpenOption.READ)) {
            directory.force(true);
        } catch (IOException e) {
            // Not every system opens a directory as a file. No guarantee depends on this call.
        }
    }

    /** Releases the lock, and then the directory for other stores of this JVM. Does nothing when called again. */
    @Override
    public void close() {
        FileChannel channel = lock;
        lock = null;
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            release();
        }
    }
}
