package dev.cloakroom.key;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A key file that a ring follows. Determines the keys that are in force after each check of the file.
 *
 * <p>If the file cannot be read or used, the keys in force stay, each later check reads the file again, and the problem
 * is logged once. A key that such a file clearly revokes is revoked nevertheless. A key that was revoked while this
 * process ran stays revoked, even if a restored file activates it.
 *
 * <p>One thread at a time checks the file. The others use the keys in force.
 */
final class FollowedKeyFile {

    private static final Logger LOGGER = System.getLogger("dev.cloakroom.key.KeyRing");
    private static final long LOOK_INTERVAL_MILLIS = 250;

    /**
     * The number of checks after a change that read the file in any case. File times are coarse: a second change within
     * one tick of the file system's clock may change the content only.
     */
    private static final int LOOKS_AFTER_CHANGE = 8;

    private final Path path;
    private final KeyFileReader reader;
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile long lookedAt;
    private volatile long confirmedAt;
    private volatile @Nullable String problem;

    // Used by the checking thread only.
    private final Set<Integer> revoked = new HashSet<>();
    private FileFacts.@Nullable Stamp seen;
    private int looksLeft;

    FollowedKeyFile(KeyFileDisk disk, Path path, KeyFileAccess access) {
        this.path = Objects.requireNonNull(path, "path");
        this.reader = new KeyFileReader(disk, path, Objects.requireNonNull(access, "access"));
    }

    /** Reads the file for the first time. */
    KeySet readFirst(long epochMillis) throws IOException {
        KeySet keys = reader.read().keys();
        remember(keys);
        confirmedAt = epochMillis;
        return keys;
    }

    boolean isDue(long epochMillis) {
        return Math.abs(epochMillis - lookedAt) >= LOOK_INTERVAL_MILLIS;
    }

    /** Begins a check, unless another thread checks. */
    boolean begin() {
        return looking.compareAndSet(false, true);
    }

    void end() {
        looking.set(false);
    }

    @Nullable
    String problem() {
        return problem;
    }

    Instant confirmed() {
        return Instant.ofEpochMilli(confirmedAt);
    }

    /** Checks the file and returns the keys that are in force from now on: the same object if they did not change. */
    KeySet look(KeySet inForce, long epochMillis) {
        lookedAt = epochMillis;
        try {
            if (looksLeft == 0 && reader.facts().stamp().equals(seen)) {
                confirmedAt = epochMillis;
                return inForce;
            }
            KeyFileReader.Content content = reader.read();
            requireNoneBack(content.keys());
            looksLeft = content.stamp().equals(seen) ? looksLeft - 1 : LOOKS_AFTER_CHANGE;
            // Set after the read: the next check must read a change that this one could not read.
            seen = content.stamp();
            confirmedAt = epochMillis;
            return adopt(inForce, content.keys());
        } catch (KeyFileException e) {
            return keep(inForce, e.getMessage(), e.revoked());
        } catch (IOException e) {
            return keep(inForce, e.getMessage(), Set.of());
        } catch (RuntimeException | LinkageError e) {
            // Its message may contain anything, so it is left out.
            return keep(
                    inForce,
                    "the key file " + path + " cannot be read: " + e.getClass().getName(),
                    Set.of());
        }
    }

    private void requireNoneBack(KeySet keys) throws KeyFileException {
        for (SigningKey key : keys.keys()) {
            if (revoked.contains(key.id()) && !(key.state() instanceof KeyState.Revoked)) {
                throw new KeyFileException(
                        "the key file " + path + " brings back the key " + key.name()
                                + ", which was revoked. Was an old"
                                + " copy restored? Revoke it in the file, or restart the program if the key is to be good again",
                        null,
                        revokedBy(keys));
            }
        }
    }

    private KeySet adopt(KeySet inForce, KeySet changed) {
        remember(changed);
        boolean same = changed.equals(inForce);
        if (!same) {
            log(Level.INFO, "the key file " + path + " has changed and is in force: " + describe(changed));
        }
        // Even without an active key: a revocation must not wait for its replacement.
        if (changed.canSign()) {
            report(null);
        } else {
            report("the key file " + path
                    + " has no active key: no cookie can be signed. Activate one, or make one with: "
                    + ToolCommand.of("rotate", path.toAbsolutePath().toString()));
        }
        return same ? inForce : changed;
    }

    private KeySet keep(KeySet inForce, @Nullable String reason, Set<Integer> revokedNevertheless) {
        seen = null;
        looksLeft = 0;
        KeySet left = inForce;
        for (int id : revokedNevertheless) {
            SigningKey key = left.find(id);
            if (key != null && !(key.state() instanceof KeyState.Revoked)) {
                left = KeyRotation.revoke(left, id);
            }
        }
        revoked.addAll(revokedNevertheless);
        report("the old keys stay in force" + except(left, revokedNevertheless) + ": " + reason);
        return left;
    }

    private static String except(KeySet keys, Set<Integer> ids) {
        String names = ids.stream()
                .map(keys::find)
                .filter(Objects::nonNull)
                .map(SigningKey::name)
                .sorted()
                .collect(Collectors.joining(", "));
        return names.isEmpty() ? "" : ", except for the revoked keys (" + names + ")";
    }

    private void remember(KeySet keys) {
        revoked.addAll(revokedBy(keys));
    }

    private static Set<Integer> revokedBy(KeySet keys) {
        return keys.keys().stream()
                .filter(key -> key.state() instanceof KeyState.Revoked)
                .map(SigningKey::id)
                .collect(Collectors.toSet());
    }

    private static String describe(KeySet keys) {
        Collection<String> each =
                keys.keys().stream().map(key -> key.name() + " " + key.state()).toList();
        return String.join(", ", each.isEmpty() ? List.of("no key") : each);
    }

    private void report(@Nullable String newProblem) {
        String before = problem;
        problem = newProblem;
        if (newProblem != null && !newProblem.equals(before)) {
            log(Level.WARNING, newProblem);
        } else if (newProblem == null && before != null) {
            log(Level.INFO, "the key file " + path + " is in use again");
        }
    }

    private static void log(Level level, String message) {
        try {
            LOGGER.log(level, message);
        } catch (RuntimeException e) {
            // A failure of the log must not end the request that checks the file.
        }
    }
}
