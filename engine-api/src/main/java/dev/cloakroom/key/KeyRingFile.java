package dev.cloakroom.key;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes key files. A key file is text:
 *
 * <pre>
 * cloakroom-keys 1
 * # comments and empty lines are skipped
 * key 3f2a9c01 hmac-sha-256 active secret=&lt;base64url of 32 bytes or more&gt;
 * key 77b0d2e4 aes-256-cmac retired until=2026-12-24T18:00:00Z secret=&lt;…&gt;
 * key 0a11c9ff hmac-sha-256 verify-only secret=&lt;…&gt;
 * key 91c2aa40 hmac-sha-256 revoked
 * key 5d00f1b7 ed25519 verify-only public=&lt;base64url of 32 bytes&gt;
 * </pre>
 *
 * <p>Reading is strict: an error names the line and does not quote it. A change writes a temporary file and renames it,
 * so a reader sees the old or the new file. The owner, group and Unix permissions of the file stay. A symbolic link
 * stays, and its target is replaced. Comments are not kept.
 *
 * <p>Each change holds a lock on the file {@code .NAME.lock} beside the key file. It excludes all threads and processes
 * that change key files through this class; on a network file system, if that file system has locks.
 *
 * <p>All methods are safe for concurrent use by threads and processes. Parameters are not nullable.
 */
public final class KeyRingFile {

    private KeyRingFile() {}

    /**
     * Reads a key file.
     *
     * @throws IOException if the file does not exist, is not a key file, or is refused by {@code access}; the message
     *     states the remedy
     */
    public static KeySet read(Path path, KeyFileAccess access) throws IOException {
        return new KeyFileReader(KeyFileDisk.SYSTEM, path, Objects.requireNonNull(access, "access"))
                .read()
                .keys();
    }

    /**
     * Creates a key file that only its owner can access.
     *
     * @throws IOException if the name exists, or the file cannot be written
     */
    public static void create(Path path, KeySet keys) throws IOException {
        Path target = real(path);
        change(target, null, () -> {
            if (KeyFileReader.exists(path) || KeyFileReader.exists(target)) {
                throw new IOException("the file " + path + " exists already: choose another name, or rotate its keys");
            }
            replace(target, null, keys);
            return keys;
        });
    }

    /**
     * Writes a key file, and replaces an existing one. A new file is accessible to its owner only. To change the keys
     * of a file use {@link #update}, which does not overwrite a concurrent change.
     *
     * @throws IllegalArgumentException if the new keys end a revocation of the old file, or cannot be read back
     * @throws IOException if the file cannot be written
     */
    public static void write(Path path, KeySet keys) throws IOException {
        Path target = real(path);
        FileFacts old = KeyFileReader.exists(target) ? FileFacts.of(target) : null;
        change(target, old, () -> {
            if (KeyFileReader.exists(target)) {
                requireRevocationsStay(KeyFileText.decode(Files.readAllBytes(target)), keys);
            }
            replace(target, KeyFileReader.exists(target) ? FileFacts.of(target) : null, keys);
            return keys;
        });
    }

    /**
     * Reads a key file, changes the keys, and replaces the file, as one atomic change. Root may change the file of
     * another user, in that user's directory; the file keeps its owner.
     *
     * @param change from the old keys to the new ones; it runs once, while other changes of the file wait
     * @return the new keys
     * @throws IllegalArgumentException if the change ends a revocation, or its keys cannot be read back
     * @throws IOException if the file cannot be read or written; then the file did not change
     */
    public static KeySet update(Path path, KeyFileAccess access, UnaryOperator<KeySet> change) throws IOException {
        KeyFileReader reader = KeyFileReader.forChange(path, Objects.requireNonNull(access, "access"));
        FileFacts before = reader.facts();
        Path target = real(path);
        return change(target, before, () -> {
            KeySet old = reader.read().keys();
            FileFacts facts = reader.facts();
            if (!real(path).equals(target)) {
                throw new IOException("the key file " + path + " was made a link to another file meanwhile: try again");
            }
            KeySet keys = Objects.requireNonNull(change.apply(old), "the change's result");
            requireRevocationsStay(KeyFileText.format(old), keys);
            replace(target, facts, keys);
            return keys;
        });
    }

    /** Returns the file behind a link, or where a new file will be. */
    private static Path real(Path path) throws IOException {
        try {
            return path.toRealPath();
        } catch (NoSuchFileException e) {
            if (Files.isSymbolicLink(path)) {
                throw new IOException("the key file " + path + " is a link to a file that does not exist", e);
            }
        }
        Path absolute = path.toAbsolutePath();
        Path directory = absolute.getParent();
        Path name = absolute.getFileName();
        if (directory == null || name == null) {
            throw new IOException("the key file " + path + " has no name");
        }
        try {
            return directory.toRealPath().resolve(name);
        } catch (NoSuchFileException e) {
            throw new IOException(
                    "the directory " + directory + " does not exist: make it, for its owner alone (mkdir -m 700)", e);
        }
    }

    private static KeySet change(Path target, @Nullable FileFacts old, KeyFileLock.Work<KeySet> work)
            throws IOException {
        Path directory = Objects.requireNonNull(target.getParent(), "directory");
        Path name = directory.getFileName();
        if (name != null && name.toString().startsWith("..")) {
            throw new IOException("the key file " + target + " is part of a volume that Kubernetes writes:"
                    + " change the Secret that it comes from");
        }
        return KeyFileLock.hold(target, old, work);
    }

    private static void requireRevocationsStay(String oldText, KeySet keys) {
        for (int id : KeyFileText.revokedIn(oldText)) {
            SigningKey key = keys.find(id);
            if (key != null && !(key.state() instanceof KeyState.Revoked)) {
                throw new IllegalArgumentException(
                        "the key " + key.name() + " is revoked in the file, which is final: make a new key");
            }
        }
    }

    private static void replace(Path target, @Nullable FileFacts old, KeySet keys) throws IOException {
        String text = KeyFileText.format(keys);
        KeyFileText.parse(text);
        Path unfinished = target.resolveSibling("." + target.getFileName() + ".new");
        try {
            // This thread holds the lock, so an existing file is left over from a process that died.
            Files.deleteIfExists(unfinished);
            try (FileChannel channel = FileChannel.open(
                    unfinished,
                    Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
                    KeyFileLock.ownerOnly(unfinished))) {
                ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                if (old != null) {
                    keepAccess(target, old, unfinished);
                }
                channel.force(true);
            }
            move(unfinished, target);
        } finally {
            Files.deleteIfExists(unfinished);
        }
        sync(Objects.requireNonNull(target.getParent(), "directory"));
    }

    static void keepAccess(Path target, FileFacts old, Path unfinished) throws IOException {
        try {
            old.giveOwnerTo(unfinished);
            old.givePermissionsTo(unfinished);
        } catch (IOException e) {
            throw new IOException(
                    "the key file " + target + " belongs to user " + old.uid() + " and group " + old.gid()
                            + ", which a new file cannot be given to by this user; it was not changed. Run this as the"
                            + " file's owner, in that group, or as root",
                    e);
        }
    }

    private static void move(Path unfinished, Path target) throws IOException {
        try {
            Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (FileSystemException e) {
            throw new IOException(
                    "the key file " + target + " cannot be replaced (" + e.getReason() + "); it was not changed. If the"
                            + " file is mounted by itself, as with subPath or a container's volume of one file, change"
                            + " it where it is mounted from, or mount its directory",
                    e);
        }
    }

    /** Flushes the directory, if the system supports it: a loss of power must not undo a revocation. */
    private static void sync(Path directory) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Not every system opens a directory as a file.
        }
    }
}
