package dev.cloakroom;

import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import dev.cloakroom.store.SessionStore;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * What the parts of an engine share.
 *
 * @param store where sessions live
 * @param settings the engine's figures
 * @param clock tells the time
 * @param cookies reads and writes the session cookie
 * @param ids makes ids
 * @param codec reads and writes records
 * @param principals finds sessions by principal
 * @param meter counts
 * @param events tells the listener
 */
record EngineContext(
        SessionStore store,
        EngineSettings settings,
        InstantSource clock,
        SessionCookies cookies,
        SessionIds ids,
        SessionCodec codec,
        PrincipalKeys principals,
        Meter meter,
        Events events) {

    long now() {
        return clock.millis();
    }

    /** Issues a fresh id. */
    SessionCookies.Issued issue(SessionKey key, long now) {
        return cookies.issue(key, ids.newId(), now);
    }

    /** Loads a record beyond the first of a lookup. */
    @Nullable
    SessionRecord reload(SessionKey key) {
        meter.furtherReads.increment();
        return store.load(key);
    }

    boolean replace(SessionRecord record) {
        meter.writes.increment();
        boolean replaced = store.replace(record);
        if (!replaced) {
            meter.conflicts.increment();
        }
        return replaced;
    }

    /** Ends a session for good. */
    boolean end(SessionKey key, @Nullable String principal, SessionEvent.Cause cause) {
        meter.writes.increment();
        boolean ended = store.delete(key);
        if (ended) {
            events.ended(key, principal, cause);
        }
        return ended;
    }
}
