package dev.cloakroom.infinispan;

import dev.cloakroom.infinispan.Snapshot.DamagedException;
import dev.cloakroom.infinispan.Snapshot.ForeignException;
import dev.cloakroom.internal.file.OwnerOnlyDirectory;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a node finds in its directory when it starts, and leaves there.
 *
 * <pre>
 * lock       nothing; locked while a node uses the directory
 * members    text: a line that names the format, what this directory is called, and what those of the other nodes that
 *            were there are called, each on a line of its own
 * sessions   a {@link Snapshot}, only while the cluster is stopped and only in the directory of the node that was the last
 * damaged    what was found in the place of a snapshot, and is none
 * </pre>
 *
 * One thread at a time uses it.
 */
final class SessionFiles implements AutoCloseable {

    private static final Logger LOGGER = System.getLogger(InfinispanSessionStore.class.getName());
    private static final String SESSIONS = "sessions";
    private static final String DAMAGED = "damaged";
    private static final String MEMBERS = "members";
    private static final String MEMBERS_FORMAT = "cloakroom members 1";
    private static final Pattern ID = Pattern.compile("[0-9a-f-]{36}");

    private final OwnerOnlyDirectory directory;
    private final String store;
    private String id = UUID.randomUUID().toString();
    private Set<String> others = Set.of();
    private @Nullable Snapshot saved;

    private SessionFiles(OwnerOnlyDirectory directory, String store) {
        this.directory = directory;
        this.store = store;
    }

    /**
     * Opens a directory and reads what is there. What is damaged is set aside, with a warning.
     *
     * @param store what the store is called
     * @throws IllegalStateException if the directory cannot be used, others than its owner have access to it, another
     *     node uses it, or it has the sessions of another store
     */
    static SessionFiles open(Path path, String store) {
        OwnerOnlyDirectory directory = OwnerOnlyDirectory.open(path);
        try {
            SessionFiles files = new SessionFiles(directory, store);
            files.readMembers();
            files.readSessions();
            return files;
        } catch (ForeignException e) {
            directory.close();
            throw new IllegalStateException(
                    path + " has the sessions of another store than " + store + ": " + e.getMessage(), e);
        } catch (IOException e) {
            directory.close();
            throw new IllegalStateException(path + " cannot be used as the directory of a session store", e);
        } catch (RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    private void readMembers() throws IOException {
        List<String> lines;
        try {
            lines = List.of(Files.readString(directory.file(MEMBERS), StandardCharsets.ISO_8859_1)
                    .split("\n", -1));
        } catch (NoSuchFileException e) {
            remember(Set.of());
            return;
        }
        List<String> ids = lines.subList(1, Math.max(1, lines.size() - 1));
        if (lines.get(0).equals(MEMBERS_FORMAT)
                && !ids.isEmpty()
                && ids.stream().allMatch(ID.asMatchPredicate())) {
            id = ids.get(0);
            others = Set.copyOf(ids.subList(1, ids.size()));
        } else {
            LOGGER.log(Level.WARNING, "{0} is damaged, and made anew", directory.file(MEMBERS));
            remember(Set.of());
        }
    }

    private void readSessions() throws IOException {
        Path file = directory.file(SESSIONS);
        if (Files.exists(file) && Files.size(file) == 0) {
            // What a loss of power in the middle of a deletion leaves.
            directory.delete(SESSIONS);
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            saved = Snapshot.read(in, store);
            return;
        } catch (NoSuchFileException e) {
            return;
        } catch (DamagedException e) {
            LOGGER.log(
                    Level.WARNING,
                    "the sessions in {0} are lost, for {1}; the file is set aside as \"{2}\"",
                    file,
                    e.getMessage(),
                    DAMAGED);
        }
        directory.rename(SESSIONS, DAMAGED);
    }

    /** Returns what this directory is called, which no other is. */
    String id() {
        return id;
    }

    /** Returns what the directories of the other nodes are called that were there when this one was last. */
    Set<String> others() {
        return others;
    }

    /** Writes down what the directories of the other nodes are called. */
    void remember(Set<String> present) throws IOException {
        StringBuilder text =
                new StringBuilder(MEMBERS_FORMAT).append('\n').append(id).append('\n');
        new TreeSet<>(present).forEach(each -> text.append(each).append('\n'));
        directory.write(MEMBERS, out -> out.write(text.toString().getBytes(StandardCharsets.ISO_8859_1)));
        others = Set.copyOf(present);
    }

    /** Returns the sessions that were there at the start and have not been deleted since, or null. */
    @Nullable
    Snapshot saved() {
        return saved;
    }

    /** Writes all sessions of a cluster that stops. */
    void save(Snapshot snapshot) throws IOException {
        directory.write(SESSIONS, out -> snapshot.writeTo(out, store));
    }

    /** Deletes sessions; when this returns, no later start finds them. */
    void delete() throws IOException {
        directory.delete(SESSIONS);
        saved = null;
    }

    @Override
    public void close() {
        directory.close();
    }
}
