package dev.cloakroom;

import dev.cloakroom.internal.id.SessionCookies;
import dev.cloakroom.internal.id.SessionIds;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import dev.cloakroom.store.SessionStore;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The state that the parts of an engine share. Counts the calls of the store.
 *
 * @param store keeps the sessions
 * @param settings the engine's settings
 * @param clock tells the time
 * @param lifetimes decides how long sessions live
 * @param cookies reads and writes the session cookie
 * @param ids makes ids and keys
 * @param codec reads and writes records
 * @param principals finds sessions by principal
 * @param meter counts
 * @param events informs the listener
 */
record EngineContext(
        SessionStore store,
        EngineSettings settings,
        EngineClock clock,
        Lifetimes lifetimes,
        SessionCookies cookies,
        SessionIds ids,
        SessionCodec codec,
        PrincipalKeys principals,
        Meter meter,
        Events events) {

    long now() {
        return clock.now();
    }

    /** Returns a key for a new session. */
    SessionKey newKey() {
        return ids.newKey(store);
    }

    /** Issues a fresh id. */
    SessionCookies.Issued issue(SessionKey key, long now) {
        return cookies.issue(key, ids.newId(), now);
    }

    /** Runs a flow on the caller's thread. */
    <T extends @Nullable Object> T await(Flow<T> flow) {
        return Flow.await(flow, store);
    }

    /** Runs a flow without blocking. */
    <T extends @Nullable Object> CompletionStage<T> start(Supplier<Flow<T>> flow) {
        return Flow.start(flow, store);
    }

    /** Loads a record beyond the first of a lookup. */
    Flow<@Nullable SessionRecord> reload(SessionKey key) {
        meter.furtherReads.increment();
        return Flow.load(key);
    }

    Flow<Boolean> insert(SessionRecord record) {
        meter.writes.increment();
        return Flow.insert(record);
    }

    Flow<Boolean> replace(SessionRecord record) {
        meter.writes.increment();
        return Flow.replace(record).then(replaced -> {
            if (!replaced) {
                meter.conflicts.increment();
            }
            return Flow.done(replaced);
        });
    }

    /** Ends a record's session. */
    Flow<Boolean> end(SessionRecord record, SessionEvent.Cause cause) {
        meter.writes.increment();
        return Flow.delete(record.key()).then(ended -> {
            if (ended) {
                events.removed(record, cause);
            }
            return Flow.done(ended);
        });
    }
}
