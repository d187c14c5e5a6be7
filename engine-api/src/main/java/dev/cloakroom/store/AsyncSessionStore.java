package dev.cloakroom.store;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A store whose answers may have to cross a network, and which can let the caller go meanwhile. Each method promises
 * what its namesake in {@link SessionStore} does; failures arrive through the stage. None of them blocks.
 */
public interface AsyncSessionStore extends SessionStore {

    /** The asynchronous form of {@link #load}. */
    CompletionStage<@Nullable SessionRecord> loadAsync(SessionKey key);

    /** The asynchronous form of {@link #insert}. */
    CompletionStage<Boolean> insertAsync(SessionRecord record);

    /** The asynchronous form of {@link #replace}. */
    CompletionStage<Boolean> replaceAsync(SessionRecord record, long expectedVersion);

    /** The asynchronous form of {@link #touch}. */
    CompletionStage<Boolean> touchAsync(SessionKey key, long instant);
}
