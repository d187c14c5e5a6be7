package dev.cloakroom.key;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a key file after a check of its permissions. */
final class KeyFileReader {

    private static final int LARGEST = 1 << 20;
    private static final int ATTEMPTS = 3;

    private final KeyFileDisk disk;
    private final Path path;
    private final KeyFileAccess access;
    private final boolean rootMayBeOther;

    /** The keys of a file, and the file's stamp when they were read. */
    record Content(KeySet keys, FileFacts.Stamp stamp) {}

    /** Creates a reader of a file that this process uses. */
    KeyFileReader(KeyFileDisk disk, Path path, KeyFileAccess access) {
        this(disk, path, access, false);
    }

    private KeyFileReader(KeyFileDisk disk, Path path, KeyFileAccess access, boolean rootMayBeOther) {
        this.disk = disk;
        this.path = path;
        this.access = access;
        this.rootMayBeOther = rootMayBeOther;
    }

    /** Creates a reader of a file that will be changed. Root may change the files of all users. */
    static KeyFileReader forChange(Path path, KeyFileAccess access) {
        return new KeyFileReader(KeyFileDisk.SYSTEM, path, access, true);
    }

    /**
     * Returns the facts about the file.
     *
     * @throws IOException if the file does not exist or is not a regular file; the message states the remedy
     */
    FileFacts facts() throws IOException {
        FileFacts facts;
        try {
            facts = disk.facts(path);
        } catch (NoSuchFileException e) {
            throw missing(e);
        } catch (IOException e) {
            throw unreadable(e);
        }
        if (!facts.regular()) {
            throw new IOException("the key file " + path + " is not a file: name the file itself, not a directory");
        }
        return facts;
    }

    private IOException missing(NoSuchFileException e) {
        if (Files.isSymbolicLink(path)) {
            return new IOException("the key file " + path + " is a link to a file that does not exist", e);
        }
        return new IOException(
                "the key file " + path + " does not exist; make one with: "
                        + ToolCommand.of("generate", path.toAbsolutePath().toString()),
                e);
    }

    private IOException unreadable(IOException e) {
        if (e instanceof AccessDeniedException) {
            return new IOException(
                    "the key file " + path + " cannot be read: access is denied; give it to the user that this program"
                            + " runs as (chown), with permissions of the owner alone (chmod 600)",
                    e);
        }
        return new IOException("the key file " + path + " cannot be read: " + reason(e), e);
    }

    private static String reason(IOException e) {
        String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
        return reason != null ? reason : e.getClass().getSimpleName();
    }

    /**
     * Reads the file.
     *
     * @throws KeyFileException if the file was read but cannot be used
     * @throws IOException if the file cannot be read; the message states the remedy
     */
    Content read() throws IOException {
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            FileFacts before = facts();
            String foreign = access == KeyFileAccess.OWNER_ONLY ? foreign(before) : null;
            if (foreign != null) {
                throw new IOException(foreign);
            }
            byte[] bytes = bytes();
            if (facts().stamp().equals(before.stamp())) {
                return new Content(keys(KeyFileText.decode(bytes), before), before.stamp());
            }
        }
        throw new IOException("the key file " + path + " changes while it is read; replace it by a rename");
    }

    private byte[] bytes() throws IOException {
        byte[] bytes;
        try {
            bytes = disk.read(path, LARGEST + 1);
        } catch (IOException e) {
            throw unreadable(e);
        }
        if (bytes.length > LARGEST) {
            throw new IOException("the key file " + path + " is larger than " + LARGEST
                    + " bytes: it is no key file, or holds keys that the tool's prune would drop");
        }
        return bytes;
    }

    private KeySet keys(String text, FileFacts facts) throws KeyFileException {
        if (access == KeyFileAccess.OWNER_ONLY && facts.isOpenToOthers()) {
            // Only the owner can have changed it, so its revocations count.
            throw new KeyFileException(
                    "the key file " + path + " has permissions " + facts.permissions()
                            + "; its owner alone may have access (chmod 600), unless KeyFileAccess.ANY says otherwise",
                    null,
                    KeyFileText.revokedIn(text));
        }
        try {
            return KeyFileText.parse(text);
        } catch (IllegalArgumentException e) {
            throw new KeyFileException(
                    "the key file " + path + " cannot be used: " + e.getMessage(), e, KeyFileText.revokedIn(text));
        }
    }

    /** Returns the reason why another user may have written the file, or null if only its owner and root can have. */
    private @Nullable String foreign(FileFacts facts) throws IOException {
        if (facts.isWritableByOthers()) {
            return "the key file " + path + " has permissions " + facts.permissions()
                    + ": others may change it. Its owner alone may have access (chmod 600), unless KeyFileAccess.ANY says"
                    + " otherwise";
        }
        if (isOfAnother(facts)) {
            return "the key file " + path + " belongs to another user (number " + facts.uid()
                    + "): give it to the user that this program runs as (chown), unless KeyFileAccess.ANY says otherwise";
        }
        return directories();
    }

    /** Returns the problem of the directory of the file, or of the link to it, or null if there is none. */
    @Nullable
    String directories() throws IOException {
        Set<Path> directories = new LinkedHashSet<>();
        directories.add(directory(path.toAbsolutePath()));
        if (Files.isSymbolicLink(path)) {
            directories.add(directory(path.toRealPath()));
        }
        for (Path directory : directories) {
            FileFacts facts = disk.facts(directory);
            if (facts.letsOthersReplaceFiles()) {
                return "the directory " + directory + " has permissions " + facts.permissions()
                        + ": others may replace the key file. Its owner alone may have access (chmod 700), unless"
                        + " KeyFileAccess.ANY says otherwise";
            }
            if (isOfAnother(facts)) {
                return "the directory " + directory + " belongs to another user (number " + facts.uid()
                        + "), who may replace the key file: give it to the user that this program runs as (chown), unless"
                        + " KeyFileAccess.ANY says otherwise";
            }
        }
        return null;
    }

    private static Path directory(Path file) {
        Path directory = file.getParent();
        return directory != null ? directory : file;
    }

    private boolean isOfAnother(FileFacts facts) {
        Integer owner = facts.uid();
        Integer own = disk.ownUid();
        if (owner == null || own == null || owner == 0 || owner.equals(own)) {
            return false;
        }
        return !(rootMayBeOther && own == 0);
    }

    /** Returns whether a name exists, even as a link to a missing file. */
    static boolean exists(Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }
}
