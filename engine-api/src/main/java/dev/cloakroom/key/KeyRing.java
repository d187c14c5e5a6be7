package dev.cloakroom.key;

import dev.cloakroom.internal.text.Utf8;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The keys that sign and verify. They can change while they are in use.
 *
 * <p><b>A ring from a file follows the file.</b> It checks the file when a caller asks for the keys and the last check
 * is at least 250 ms old. So a change takes effect within a second. The ring has no thread and need not be closed.
 *
 * <p>If the file cannot be read or used, the old keys stay in force. The ring logs the problem once, returns it by
 * {@link #problem} and {@link #status}, and reads the file again at each check. If such a file clearly revokes a key,
 * the key is revoked nevertheless, unless a user other than the owner can have written the file. A revoked key stays
 * revoked in this ring: the ring does not use a file that activates the key again.
 *
 * <p>Thread-safe. Getting the keys takes no lock. While one thread reads the file, the others get the old keys.
 * Parameters are not nullable.
 */
public final class KeyRing {

    private static final int LONGEST_APPLICATION = 255;

    private final @Nullable FollowedKeyFile file;
    private volatile KeySet keys;

    /** The ring whose keys this view uses, or null if this ring is not a view. */
    private final @Nullable KeyRing shared;

    private final String application;

    private KeyRing(KeySet keys, @Nullable FollowedKeyFile file) {
        this.keys = keys;
        this.file = file;
        this.shared = null;
        this.application = "";
    }

    private KeyRing(KeyRing shared, String application) {
        this.keys = KeySet.EMPTY;
        this.file = null;
        this.shared = shared;
        this.application = application;
    }

    /**
     * Returns a ring with keys.
     *
     * @throws IllegalArgumentException if two keys have the same id, or two are active
     */
    public static KeyRing of(SigningKey... keys) {
        return of(KeySet.of(List.of(keys)));
    }

    /** Returns a ring with a set of keys. */
    public static KeyRing of(KeySet keys) {
        return new KeyRing(Objects.requireNonNull(keys, "keys"), null);
    }

    /** Returns a ring with one new HMAC-SHA-256 key, for a trial. Its cookies are not valid in another process. */
    public static KeyRing random() {
        return of(SigningKey.generate(KeyAlgorithm.HMAC_SHA_256));
    }

    /**
     * Returns a ring that follows a {@linkplain KeyRingFile key file}, with {@link KeyFileAccess#OWNER_ONLY}.
     *
     * @throws UncheckedIOException if the file cannot be used; the message states the reason and the remedy
     */
    public static KeyRing fromFile(Path path) {
        return fromFile(path, KeyFileAccess.OWNER_ONLY);
    }

    /**
     * Returns a ring that follows a {@linkplain KeyRingFile key file}.
     *
     * @throws UncheckedIOException if the file cannot be used; the message states the reason and the remedy
     */
    public static KeyRing fromFile(Path path, KeyFileAccess access) {
        return fromFile(KeyFileDisk.SYSTEM, path, access);
    }

    static KeyRing fromFile(KeyFileDisk disk, Path path, KeyFileAccess access) {
        FollowedKeyFile file = new FollowedKeyFile(disk, path, access);
        try {
            return new KeyRing(file.readFirst(System.currentTimeMillis()), file);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /**
     * Returns a view of this ring for one of several applications that share its keys.
     *
     * <p>The view always has the same keys, file and {@link #problem} as the ring. The name is bound to all derived
     * keys: those of session cookies, signed and sealed values, sealed sessions, CSRF tokens and the index of
     * principals. So applications with different names accept nothing from each other. A ring that is not a view has
     * the empty name, which no view can have.
     *
     * <p>All nodes of an application need the same name. A change of the name ends all sessions.
     *
     * @param name the application's name, 1 to 255 bytes of UTF-8; on a view, it replaces the view's name
     * @throws IllegalArgumentException if the name has another length or half a surrogate pair
     */
    public KeyRing forApplication(String name) {
        int length = Utf8.encode("the application's name", name).length;
        if (length == 0 || length > LONGEST_APPLICATION) {
            throw new IllegalArgumentException("the application's name has " + length + " bytes in UTF-8: give it 1 to "
                    + LONGEST_APPLICATION + " bytes");
        }
        return new KeyRing(shared == null ? this : shared, name);
    }

    /** Returns the application's name, or an empty string if this ring is not a view. */
    public String application() {
        return application;
    }

    /**
     * Returns the keys at a time: the same object until they change.
     *
     * @param epochMillis now, in milliseconds since the epoch
     */
    public KeySet at(long epochMillis) {
        KeyRing ring = shared;
        return ring == null ? ownAt(epochMillis) : ring.ownAt(epochMillis);
    }

    private KeySet ownAt(long epochMillis) {
        FollowedKeyFile followed = file;
        if (followed != null && followed.isDue(epochMillis)) {
            follow(followed, epochMillis);
        }
        return keys;
    }

    /** Returns the keys now, by the system clock. */
    public KeySet current() {
        return at(System.currentTimeMillis());
    }

    /** Returns the problem of the file's newest state and its remedy, or null if there is none. */
    public @Nullable String problem() {
        if (shared != null) {
            return shared.problem();
        }
        FollowedKeyFile followed = file;
        return followed == null ? null : followed.problem();
    }

    /**
     * Returns the state of the ring now, for a health check or a meter. Checks the file as {@link #current} does, so it
     * is correct in a process without requests.
     */
    public KeyRingStatus status() {
        return status(System.currentTimeMillis());
    }

    /**
     * Returns the state of the ring at a time, as {@link #status()}.
     *
     * @param epochMillis now, in milliseconds since the epoch
     */
    public KeyRingStatus status(long epochMillis) {
        if (shared != null) {
            return shared.status(epochMillis);
        }
        KeySet now = at(epochMillis);
        FollowedKeyFile followed = file;
        return KeyRingStatus.of(now, followed == null ? null : followed.confirmed(), problem());
    }

    /**
     * Puts other keys in force at once, in this ring and all its views.
     *
     * @throws IllegalStateException if this ring follows a file
     */
    public void replace(KeySet newKeys) {
        if (shared != null) {
            shared.replace(newKeys);
            return;
        }
        if (file != null) {
            throw new IllegalStateException("this key ring follows a file: change the file");
        }
        keys = Objects.requireNonNull(newKeys, "newKeys");
    }

    private void follow(FollowedKeyFile followed, long epochMillis) {
        if (!followed.begin()) {
            return;
        }
        try {
            keys = followed.look(keys, epochMillis);
        } finally {
            followed.end();
        }
    }

    /** Returns the application's name and the keys' ids, algorithms and states. */
    @Override
    public String toString() {
        KeySet known = shared == null ? keys : shared.keys;
        return "KeyRing" + (application.isEmpty() ? "" : "(" + application + ")") + known.keys();
    }
}
