package dev.cloakroom.key;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The state of a {@link KeyRing}, for a health check or a meter. Immutable.
 *
 * @param confirmed the last time at which the file was read successfully, or found unchanged since. Null if the ring
 *     follows no file. It does not advance while {@code problem} is not null, or while the file system hangs
 * @param problem the problem of the file's newest state and its remedy, or null if there is none
 * @param active the number of keys that sign: one, or zero, and then no cookie can be made
 * @param verifyOnly the number of published keys that are not active
 * @param retired the number of retired keys, including those whose time is over
 * @param revoked the number of revoked keys
 */
public record KeyRingStatus(
        @Nullable Instant confirmed, @Nullable String problem, int active, int verifyOnly, int retired, int revoked) {

    static KeyRingStatus of(KeySet keys, @Nullable Instant confirmed, @Nullable String problem) {
        return new KeyRingStatus(
                confirmed,
                problem,
                count(keys, KeyState.Active.class),
                count(keys, KeyState.VerifyOnly.class),
                count(keys, KeyState.Retired.class),
                count(keys, KeyState.Revoked.class));
    }

    private static int count(KeySet keys, Class<? extends KeyState> state) {
        return (int) keys.keys().stream()
                .filter(key -> state.isInstance(key.state()))
                .count();
    }
}
