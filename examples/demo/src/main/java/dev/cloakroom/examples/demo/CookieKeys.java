package dev.cloakroom.examples.demo;

import dev.cloakroom.key.KeyFileAccess;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.key.KeyRingFile;
import dev.cloakroom.key.KeyRotation;
import dev.cloakroom.key.KeySet;
import dev.cloakroom.key.SigningKey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The keys that sign the cookies, and how they are rotated while the demo runs. */
final class CookieKeys {

    /** Remembered sessions live no longer. */
    private static final Duration OLD_KEY_VERIFIES = Duration.ofDays(30);

    /** Every ring that follows a file looks at it again after a quarter of a second. */
    private static final Duration UNTIL_ALL_KNOW = Duration.ofMillis(500);

    private final KeyRing ring;
    private final @Nullable Path file;

    /**
     * Wraps a ring.
     *
     * @param file the file that it follows, or null if it is in memory
     */
    CookieKeys(KeyRing ring, @Nullable Path file) {
        this.ring = ring;
        this.file = file;
    }

    KeyRing ring() {
        return ring;
    }

    /** Makes a new key sign. The old one goes on to verify. */
    synchronized void rotate() throws HttpError, IOException {
        try {
            rotate(ring, file, Instant.now().plus(OLD_KEY_VERIFIES));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HttpError(503, "the demo is shutting down");
        }
    }

    private static void rotate(KeyRing ring, @Nullable Path file, Instant oldUntil)
            throws IOException, InterruptedException {
        // tag::rotate
        SigningKey key = SigningKey.generate(ring.current().signer().algorithm());
        if (file == null) {
            ring.replace(KeyRotation.rotate(ring.current(), key, oldUntil));
            return;
        }
        // Several nodes: all learn the new key before one of them signs with it.
        KeyRingFile.update(file, KeyFileAccess.OWNER_ONLY, keys -> KeyRotation.publish(keys, key));
        Thread.sleep(UNTIL_ALL_KNOW.toMillis());
        KeyRingFile.update(file, KeyFileAccess.OWNER_ONLY, keys -> KeyRotation.activate(keys, key.id(), oldUntil));
        // end::rotate
    }

    KeySet current() {
        return ring.current();
    }
}
