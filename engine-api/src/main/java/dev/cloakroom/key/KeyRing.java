package dev.cloakroom.key;

import dev.cloakroom.internal.text.Utf8;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The keys that sign and verify, which change while they are in use.
 *
 * <p>A ring from a file follows the file. The first caller that asks for the keys a quarter of a second or more after the
 * last check checks the file again. So a change takes effect within a second, without a thread and without anything to
 * close. A file that cannot be read or used (gone, broken, readable by others) leaves the old keys in force. The ring logs
 * that once, returns it by {@link #problem} and {@link #status}, and tries the file again at each check. If such a file
 * clearly revokes a key of the ring, the key is revoked nevertheless, unless others than the owner can have written the
 * file. A key that was revoked while the ring existed stays revoked in it: the ring does not use a file that activates the
 * key again.
 *
 * <p>Safe for use by any number of threads. Asking for the keys takes no lock; while one thread reads a changed file the
 * others get the old keys.
 */
public final class KeyRing {

    private static final int LONGEST_APPLICATION = 255;

    private final @Nullable FollowedKeyFile file;
    private volatile KeySet keys;

    /** The ring whose keys this view uses, or null if this ring has its own. */
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
     * @throws IllegalArgumentException if two have the same id, or two are active
     */
    public static KeyRing of(SigningKey... keys) {
        return of(KeySet.of(List.of(keys)));
    }

    /** Returns a ring with a set of keys. */
    public static KeyRing of(KeySet keys) {
        return new KeyRing(Objects.requireNonNull(keys, "keys"), null);
    }

    /** Returns a ring with one fresh HMAC-SHA-256 key, for a trial run: its cookies are worthless after this process. */
    public static KeyRing random() {
        return of(SigningKey.generate(KeyAlgorithm.HMAC_SHA_256));
    }

    /**
     * Returns a ring that follows a {@linkplain KeyRingFile key file} which its owner alone may access.
     *
     * @throws UncheckedIOException if the file cannot be used; the message says why
     */
    public static KeyRing fromFile(Path path) {
        return fromFile(path, KeyFileAccess.OWNER_ONLY);
    }

    /**
     * Returns a ring that follows a {@linkplain KeyRingFile key file}.
     *
     * @throws UncheckedIOException if the file cannot be used; the message says why
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
     * <p>The view has the same keys at all times, follows the same file and has the same {@link #problem}. Everything that
     * is derived from its keys is bound to the name: session cookies, signed and sealed values, sealed sessions, CSRF
     * tokens and the index of principals. So applications of different names accept nothing from each other. A ring
     * without a view has the empty name, which no view can have.
     *
     * <p>All nodes of one application need the same name, at all times: another name ends all sessions.
     *
     * @param name the application's name, 1 to 255 bytes in UTF-8; on a view, it replaces the view's name
     * @throws IllegalArgumentException if the name is empty, is longer, or has half a surrogate pair
     */
    public KeyRing forApplication(String name) {
        int length = Utf8.encode("the application's name", name).length;
        if (length == 0 || length > LONGEST_APPLICATION) {
            throw new IllegalArgumentException("the application's name has " + length + " bytes in UTF-8: give it 1 to "
                    + LONGEST_APPLICATION + " bytes");
        }
        return new KeyRing(shared == null ? this : shared, name);
    }

    /** Returns the application's name that all derivations are bound to; it is empty if none was given. */
    public String application() {
        return application;
    }

    /**
     * Returns the keys at a time. It is the same object until they change.
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

    /** Returns the keys now, by the system's clock. */
    public KeySet current() {
        return at(System.currentTimeMillis());
    }

    /** Returns what is wrong with the newest state of the file, or null if nothing is. */
    public @Nullable String problem() {
        if (shared != null) {
            return shared.problem();
        }
        FollowedKeyFile followed = file;
        return followed == null ? null : followed.problem();
    }

    /**
     * Returns the state of the ring now, for a health check or a meter. It looks at the file as {@link #current} does, so
     * it is right in a process that has no requests.
     */
    public KeyRingStatus status() {
        return status(System.currentTimeMillis());
    }

    /**
     * Returns the state of the ring at a time, as {@link #status()} does for now.
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

    /** Returns a text with the application's name and the keys' ids, algorithms and states. */
    @Override
    public String toString() {
        KeySet known = shared == null ? keys : shared.keys;
        return "KeyRing" + (application.isEmpty() ? "" : "(" + application + ")") + known.keys();
    }
}
