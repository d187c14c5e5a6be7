package dev.cloakroom.key;

import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Says that a key file cannot be used, and which keys it revokes nevertheless. */
final class KeyFileException extends IOException {

    private static final long serialVersionUID = 1L;

    private final transient Set<Integer> revoked;

    KeyFileException(String message, @Nullable Throwable cause, Set<Integer> revoked) {
        super(message, cause);
        this.revoked = Set.copyOf(revoked);
    }

    /** Returns the ids of the keys that are revoked by the file although it cannot be used. */
    Set<Integer> revoked() {
        return revoked;
    }
}
