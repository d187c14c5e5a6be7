package dev.cloakroom;

import dev.cloakroom.key.KeyRingStatus;
import dev.cloakroom.store.SessionStoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The health of an engine at one moment: whether its store answers, and whether its keys are sound. Immutable.
 *
 * @param storeProblem what is wrong with the store, and what to do; null if the store answered
 * @param keyProblem what is wrong with the keys, and what to do; null if they are sound
 * @param keys the state of the key ring
 */
public record EngineHealth(
        @Nullable String storeProblem, @Nullable String keyProblem, KeyRingStatus keys) {

    /** How long ago the key file may have been confirmed last. A ring that works looks several times a second. */
    private static final Duration LONGEST_UNCONFIRMED = Duration.ofMinutes(1);

    static EngineHealth of(@Nullable String storeProblem, KeyRingStatus keys, Instant now) {
        return new EngineHealth(storeProblem, problemOf(keys, now), keys);
    }

    /** Returns whether the store answered and the keys are sound. */
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
        // The message of another exception may hold anything, so it is not told.
        return failure instanceof SessionStoreException && failure.getMessage() != null
                ? failure.getMessage()
                : "the store failed with " + failure.getClass().getName() + ": report it to the author of the store";
    }
}
