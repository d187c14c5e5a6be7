package dev.cloakroom.store;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A store whose answers may cross a network. It offers every call of a request in a form that does not block.
 *
 * <p>Each method does what the method of the same name in {@link SessionStore} does. The method returns without
 * waiting for the network or the disk. It never throws: every failure arrives through the stage, a null argument or a
 * wrong version included. The stage may complete on any thread, the caller's included.
 *
 * <p>{@link #sweep}, {@link #size} and {@link #close} have no such form. The engine calls them on threads of its own.
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
