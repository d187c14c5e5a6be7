package dev.cloakroom.store;

import java.security.SecureRandom;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Stores session records. An engine uses a store through this interface only.
 *
 * <p>The rules below are the contract of every store. {@code SessionStoreContract} checks them.
 *
 * <p><b>Writes</b>
 *
 * <ol>
 *   <li>Every method with one key is atomic on that key and linearizable. After the method has returned, every later
 *   call
 *       sees its effect, on any thread, process or node that shares the store.
 *   <li>There is no unconditional write. Only {@link #insert} creates a record. {@link #replace} and {@link #touch}
 *       change a record that is there. An engine inserts a key once and never uses it again. So a record that was
 *       deleted stays deleted, whatever other calls are under way.
 *   <li>A record's version counts its states. A replacement applies only to the version before it. So of several
 *       replacements of one version, exactly one returns true.
 *   <li>The stored last access never moves backwards. A replacement keeps the later one of the stored last access and
 *       its own.
 *   <li>A write that returns false or throws {@link StoreFullException} or {@link RecordTooLargeException} leaves the
 *       record, the index and the size as they were. A store that evicts may have evicted others.
 * </ol>
 *
 * <p><b>Index</b>
 *
 * <ol start="6">
 *   <li>A record is <i>bound</i> to its principal by the write that gives it that principal: an insert, or a
 *       replacement whose principal differs from the one before. The record and its place in the index appear to
 *       change together: once a binding has returned, {@link #byPrincipal} includes the record; once a deletion or a
 *       change of the principal has returned, it does not.
 *   <li>A store that cannot change both at once writes to the index first when it binds, and last when it unbinds. Its
 *       index then lists every bound record, and sometimes one too many. {@link #byPrincipal} must load each record and
 *       leave out those that are absent or have another principal.
 *   <li>The order of {@link #byPrincipal} is the order in which bindings took effect (commit order), not the order in
 *       which calls began. All callers see the same order. A record that any caller has seen is never preceded later by
 *       one that this caller did not see. The engine's limit on the sessions of a principal depends on it. A number
 *       drawn from a sequence before the write commits does not give this order.
 *   <li>A replacement with the same principal keeps the record's place.
 *   <li>The cost of {@link #byPrincipal} depends on the sessions of that principal alone.
 * </ol>
 *
 * <p><b>Expiry</b>
 *
 * <ol start="11">
 *   <li>The engine owns the clock, and checks each record that it loads. A store may return expired records. It must
 *   not
 *       remove a record that is not expired at the {@code now} of a {@link #sweep}. Eviction for lack of room is the
 *       one exception: see {@link EvictingSessionStore}.
 *   <li>A sweep and a touch of the same record do not both succeed.
 *   <li>Each removal is reported once: by {@code true} from {@link #delete}, or to the consumer of one {@link #sweep},
 *       or to the eviction listener.
 * </ol>
 *
 * <p><b>Failures</b>
 *
 * <ol start="14">
 *   <li>A store that cannot answer throws {@link StoreUnavailableException}. It never reports a session as absent
 *   because
 *       it could not look.
 *   <li>After {@link #close}, every call that reads or writes sessions throws {@link StoreUnavailableException}:
 *       {@code load}, {@code insert}, {@code replace}, {@code touch}, {@code delete}, {@code byPrincipal},
 *       {@code sweep} and {@code size}.
 *   <li>A write that finds no room throws {@link StoreFullException}. A record that the store could not take even if it
 *       were empty is refused with {@link RecordTooLargeException}.
 *   <li>A null argument is refused with {@link NullPointerException}, and a record of version 1 for {@link #replace}
 *   with
 *       {@link IllegalArgumentException}. For any other version that is not the next one, {@link #replace} returns
 *       false.
 *   <li>Arguments and results are never null unless annotated.
 *   <li>A store takes records of at least 256 KiB of data, and any value for the figures of a record.
 * </ol>
 *
 * <p><b>Threads.</b> Implementations are safe for use by any number of threads.
 *
 * <p>A store with non-blocking methods implements {@link AsyncSessionStore}. A store that evicts implements
 * {@link EvictingSessionStore}.
 */
public interface SessionStore extends AutoCloseable {

    /**
     * Returns the record under a key, expired or not, or null if there is none.
     *
     * @throws StoreUnavailableException if the store cannot tell, or is closed
     */
    @Nullable
    SessionRecord load(SessionKey key);

    /**
     * Adds a record under a key that is not in use, and indexes it if it has a principal. The record may have any
     * version.
     *
     * @return false if the key is in use; then nothing is changed
     * @throws StoreFullException if there is no room
     * @throws RecordTooLargeException if the record is larger than any that the store takes
     * @throws StoreUnavailableException if the store cannot tell whether the record was added, or is closed
     */
    boolean insert(SessionRecord record);

    /**
     * Replaces the record with the same key, if the stored version is {@code record.version() - 1}. Updates the index
     * if the principal differs. If the stored last access is later than the new record's, the later one stays.
     *
     * @param record the new state
     * @return false if there is no record or it has another version; then nothing is changed
     * @throws IllegalArgumentException if the record's version is 1: such a record replaces none
     * @throws StoreFullException if the record grew and there is no room; the old record stays whole
     * @throws RecordTooLargeException if the record is larger than any that the store takes; the old one stays whole
     * @throws StoreUnavailableException if the store cannot tell whether the record was replaced, or is closed
     */
    boolean replace(SessionRecord record);

    /**
     * Moves the last access of a record forward, never backwards, and keeps its version. Does not change a record that
     * is expired at {@code instant}.
     *
     * @param instant when the session was accessed, in milliseconds since the epoch
     * @return false if there is no record, or it is expired
     * @throws StoreUnavailableException if the store cannot tell, or is closed
     */
    boolean touch(SessionKey key, long instant);

    /**
     * Removes a record and its place in the index. A removed record never comes back.
     *
     * @return true for exactly one caller for each record, false if there was no record
     * @throws StoreUnavailableException if the store cannot tell whether the record was removed, or is closed
     */
    boolean delete(SessionKey key);

    /**
     * Returns the records that are bound to a principal, in the order in which they were bound, or an empty list.
     * Expired records may be included.
     *
     * @throws StoreUnavailableException if the store cannot tell, or is closed
     */
    List<SessionRecord> byPrincipal(PrincipalKey principal);

    /**
     * Removes expired records. Examines at most {@code limit} records, and continues where the last call ended, so that
     * enough calls examine every record. Blocks other callers no longer than the examination of a few records takes.
     * May return 0 at once if another thread sweeps at the same time.
     *
     * @param now the time, in milliseconds since the epoch
     * @param limit the maximum number of records to examine
     * @param removed receives each record that this call removed, after its removal
     * @return the number of records removed
     * @throws StoreUnavailableException if the store cannot be swept at present, or is closed
     */
    int sweep(long now, int limit, Consumer<? super SessionRecord> removed);

    /**
     * Returns the number of records, including expired ones. The engine calls this every second, so it takes constant
     * time and uses neither a network nor a disk. A local store is exact while no call writes. A clustered store may
     * return an estimate that is wrong by some percent.
     *
     * @throws StoreUnavailableException if the store is closed
     */
    long size();

    /**
     * Returns a key for a new session: 128 random bits. Does not block.
     *
     * <p>A clustered store overrides this method and draws until this node owns the key, so that the node that creates
     * a session has it in its own memory.
     *
     * @param random the source of the bits
     */
    default SessionKey newKey(SecureRandom random) {
        return new SessionKey(random.nextLong(), random.nextLong());
    }

    /**
     * Returns whether records leave this process's memory, to a disk or a network. An engine seals (encrypts and
     * authenticates) the records of such a store unless it is configured not to.
     */
    default boolean leavesMemory() {
        return false;
    }

    /** Releases the store's resources. Does nothing when called again. */
    @Override
    void close();
}
