package dev.cloakroom.store;

import java.security.SecureRandom;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps session records. An engine asks for nothing else of the place where its sessions live.
 *
 * <p><b>Atomicity.</b> Every method that names one key is atomic on that key and linearizable: once it has returned,
 * whoever asks next, on any thread, process or node that shares the store, sees its effect.
 *
 * <p><b>Deletion is final.</b> There is no unconditional write. {@link #insert} is called once for a key, with a key
 * never used before; {@link #replace} and {@link #touch} change what is there and never create. So a record that was
 * deleted stays deleted, whatever other requests of the session are under way.
 *
 * <p><b>Expiry.</b> The engine owns the clock. A store may return an expired record (the engine checks every record
 * that it loads) and must not remove one that has not expired, judged by the {@code now} of {@link #sweep}.
 *
 * <p><b>Outage.</b> A store that cannot answer throws {@link StoreUnavailableException}; it never reports a session
 * absent because it could not look.
 *
 * <p><b>Threads.</b> Implementations are safe for use by any number of threads. Arguments and results are never null
 * unless annotated.
 *
 * <p>A store that can do more says so by implementing one of the small interfaces beside this one:
 * {@link AsyncSessionStore}, {@link EvictingSessionStore}.
 */
public interface SessionStore extends AutoCloseable {

    /**
     * Returns the record under a key, expired or not, or null if there is none.
     *
     * @throws StoreUnavailableException if the store cannot tell
     */
    @Nullable
    SessionRecord load(SessionKey key);

    /**
     * Adds a record under a key that is not in use, and indexes it if it has a principal.
     *
     * @return false, with nothing changed, if the key is in use
     * @throws StoreFullException if there is no room; nothing is changed
     * @throws StoreUnavailableException if the store cannot tell whether it was added
     */
    boolean insert(SessionRecord record);

    /**
     * Replaces the record with the same key, if the stored version is {@code record.version() - 1}. The index follows
     * when the principal differs. If the stored last access is later than the new record's, the later one stays.
     *
     * @param record the new state
     * @return false, with nothing changed, if there is no record or it has another version
     * @throws IllegalArgumentException if the record's version is 1: such a record replaces none
     * @throws StoreFullException if the record grew and there is no room; the old record stays whole
     * @throws StoreUnavailableException if the store cannot tell whether it was replaced
     */
    boolean replace(SessionRecord record);

    /**
     * Moves the last access of a record forward, never backwards, and leaves its version as it is. It does not revive:
     * a record that had expired by {@code instant} is left alone.
     *
     * @param instant when the session was accessed, in milliseconds since the epoch
     * @return false if there is no record, or it had expired
     * @throws StoreUnavailableException if the store cannot tell
     */
    boolean touch(SessionKey key, long instant);

    /**
     * Removes a record for good, and its place in the index.
     *
     * @return true for exactly one caller for each record, false if there was none
     * @throws StoreUnavailableException if the store cannot tell whether it was removed
     */
    boolean delete(SessionKey key);

    /**
     * Returns the records indexed under a principal in the order in which they were bound to it. It includes every
     * record whose binding returned before this call began and which has not been deleted since. Expired ones may be
     * among them. The cost depends on this principal's sessions alone.
     *
     * @throws StoreUnavailableException if the store cannot tell
     */
    List<SessionRecord> byPrincipal(PrincipalKey principal);

    /**
     * Removes expired records, looking at no more than {@code limit} of them, and goes on where the last call ended.
     * It never stops other callers for longer than it takes to look at a few records.
     *
     * @param now milliseconds since the epoch
     * @param removed is told of each record that this call removed, after its removal
     * @return how many were removed
     * @throws StoreUnavailableException if the store cannot be swept at present
     */
    int sweep(long now, int limit, Consumer<? super SessionRecord> removed);

    /** Returns how many records there are, expired ones included; an estimate while others write. */
    long size();

    /**
     * Returns a key for a new session: 128 random bits. The call does not block.
     *
     * <p>A clustered store overrides this method. It draws until this node owns the key, so that the node that starts a
     * session has it in its own memory.
     *
     * @param random the source of the bits
     */
    default SessionKey newKey(SecureRandom random) {
        return new SessionKey(random.nextLong(), random.nextLong());
    }

    /**
     * Returns whether records leave this process's memory, to a disk or a network. An engine seals (encrypts and
     * authenticates) what it gives to such a store unless it is told not to.
     */
    default boolean leavesMemory() {
        return false;
    }

    /** Frees what the store holds. Calling it again does nothing; other calls fail afterwards. */
    @Override
    void close();
}
