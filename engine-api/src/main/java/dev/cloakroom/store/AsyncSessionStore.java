package dev.cloakroom.store;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A store with non-blocking methods for the calls that a request makes.
 *
 * <p>Each method does what the method of the same name in {@link SessionStore} does, without waiting for the network or
 * the disk. It never throws: every failure arrives through the stage, including a null argument or a wrong version. The
 * stage may complete on any thread, including the caller's.
 *
 * <p>{@link #sweep}, {@link #size} and {@link #close} have no non-blocking form. The engine calls {@code sweep} on its
 * own threads.
 */
public interface AsyncSessionStore extends SessionStore {

    /** Does what {@link #load} does, without blocking. */
    CompletionStage<@Nullable SessionRecord> loadAsync(SessionKey key);

    /** Does what {@link #insert} does, without blocking. */
    CompletionStage<Boolean> insertAsync(SessionRecord record);

    /** Does what {@link #replace} does, without blocking. */
    CompletionStage<Boolean> replaceAsync(SessionRecord record);

    /**
     * Does what {@link #touch} does, without blocking.
     *
     * <p>An engine goes on without waiting for the stage while the session has enough of its idle timeout left. So the
     * touch may arrive after other calls for the session, a deletion included. It must neither create the record nor
     * move its last access backwards.
     */
    CompletionStage<Boolean> touchAsync(SessionKey key, long instant);

    /** Does what {@link #delete} does, without blocking. */
    CompletionStage<Boolean> deleteAsync(SessionKey key);

    /** Does what {@link #byPrincipal} does, without blocking. */
    CompletionStage<List<SessionRecord>> byPrincipalAsync(PrincipalKey principal);
}
