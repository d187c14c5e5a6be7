package dev.cloakroom;

import dev.cloakroom.key.KeyRingStatus;
import dev.cloakroom.store.SessionStoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The health of an engine at one time. Immutable.
 *
 * @param storeProblem the problem of the store and its remedy, or null if the store answered
 * @param keyProblem the problem of the keys and its remedy, or null if they are usable
 * @param keys the state of the key ring
 */
public record EngineHealth(
        @Nullable String storeProblem, @Nullable String keyProblem, KeyRingStatus keys) {

    /** The maximum age of the last confirmation of the key file. A working ring checks it several times a second. */
    private static final Duration LONGEST_UNCONFIRMED = Duration.ofMinutes(1);

    static EngineHealth of(@Nullable String storeProblem, KeyRingStatus keys, Instant now) {
        return new EngineHealth(storeProblem, problemOf(keys, now), keys);
    }

    /** Returns whether the store answered and the keys are usable. */
    public boolean isHealthy() {
        return storeProblem == null && keyProblem == null;
    }

    /** Returns all problems, the store's first. The list is empty if the engine is healthy. */
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        if (storeProblem != null) {
            problems.add(storeProblem);
        }
        if (keyProblem != null) {
            problems.add(keyProblem);
        }
        return List.copyOf(problems);
    }

    private static @Nullable String problemOf(KeyRingStatus keys, Instant now) {
        if (keys.problem() != null) {
            return keys.problem();
        }
        if (keys.active() == 0) {
            return "no key is active, so no cookie can be signed: activate a key or add an active one";
        }
        Instant confirmed = keys.confirmed();
        if (confirmed != null && confirmed.isBefore(now.minus(LONGEST_UNCONFIRMED))) {
            return "the key file was last read at " + confirmed
                    + ", so a revocation may be missing: check that its file system answers";
        }
        return null;
    }

    static String describe(Throwable failure) {
        // The message of another exception may contain anything, so it is left out.
        return failure instanceof SessionStoreException && failure.getMessage() != null
                ? failure.getMessage()
                : "the store failed with " + failure.getClass().getName() + ": report it to the author of the store";
    }
}
