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
 * <p>It is read strictly: an error names the line and quotes nothing of it. It is written through a temporary file beside
 * it and a rename, so a reader gets the old or the new file whole. Comments are not kept. The owner, group and Unix
 * permissions of a file stay; a symbolic link stays and its target is replaced.
 *
 * <p>Every change is made under a lock on a file beside the key file, whose name is the key file's with a dot before and
 * {@code .lock} behind it. It excludes all threads and processes that change key files through this class; on a network
 * file system, as far as that has locks.
 *
 * <p>All methods are safe for use by any number of threads and processes. No argument may be null.
 */
public final class KeyRingFile {

    private KeyRingFile() {}

    /**
     * Reads a key file.
     *
     * @throws IOException if it is not there, is not a key file, or others have access and may not; the message says what
     *     to do
     */
    public static KeySet read(Path path, KeyFileAccess access) throws IOException {
        return new KeyFileReader(KeyFileDisk.SYSTEM, path, Objects.requireNonNull(access, "access"))
                .read()
                .keys();
    }

    /**
     * Makes a key file, to which its owner alone has access.
     *
     * @throws IOException if there is something of that name, or the file cannot be written
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
     * Writes a key file in place of the one that may be there, whatever that holds. To change the keys of a file use
     * {@link #update}: keys that were read before are not those that the file has now. A new file is accessible by its
     * owner alone.
     *
     * @throws IllegalArgumentException if a key that the old file revokes is not revoked in the new one, or if the keys do
     *     not make a file that can be read
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
     * Reads a key file, changes the keys, and replaces the file. No other change through this class comes between. Root
     * may change a file and a directory that belong to another user; the file stays that user's.
     *
     * @param change returns the new keys for the old; it runs once, while other changes of the file wait
     * @return the new keys
     * @throws IllegalArgumentException if the change ends a revocation, or if its keys do not make a file that can be read
     * @throws IOException if the file cannot be read or written; then it is as it was
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
            // The lock is held, so one that is there was left by a process that died.
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

    /** Has the system write the new name, where it can be asked to: a loss of power must not undo a revocation. */
    private static void sync(Path directory) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Not every system opens a directory as a file.
        }
    }
}
