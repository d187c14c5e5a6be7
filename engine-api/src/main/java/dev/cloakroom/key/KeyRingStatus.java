package dev.cloakroom.key;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a health check or a meter shows of a {@link KeyRing}. Immutable.
 *
 * @param confirmed when the file of the ring was last found to be in force: read successfully, or unchanged since it was.
 *     Null if the ring follows no file. It grows old while {@code problem} is not null, or while a file system hangs
 * @param problem what is wrong with the newest state of the file, and what to do; null if nothing is
 * @param active how many keys sign: one, or none, in which case no cookie can be made
 * @param verifyOnly how many keys are published and not active
 * @param retired how many keys are retired, including those whose time is over
 * @param revoked how many keys are revoked
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
