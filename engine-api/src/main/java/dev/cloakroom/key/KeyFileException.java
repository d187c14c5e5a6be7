package dev.cloakroom.key;

import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Thrown when a key file cannot be used. Contains the keys that the file revokes nevertheless. */
final class KeyFileException extends IOException {

    private static final long serialVersionUID = 1L;

    private final transient Set<Integer> revoked;

    KeyFileException(String message, @Nullable Throwable cause, Set<Integer> revoked) {
        super(message, cause);
        this.revoked = Set.copyOf(revoked);
    }

    /** Returns the ids of the keys that the file revokes although it cannot be used. */
    Set<Integer> revoked() {
        return revoked;
    }
}
