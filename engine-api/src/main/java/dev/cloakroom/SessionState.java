package dev.cloakroom;

import dev.cloakroom.internal.id.IdState;
import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import org.jspecify.annotations.Nullable;

/**
 * One state of a session, decoded: a {@link dev.cloakroom.store.SessionRecord} with its data opened.
 *
 * @param key the key of the session
 * @param version the number of the state
 * @param times the creation time, the last login and the last access
 * @param lifetime the timeouts of the session
 * @param principalKey the index key, or null if the session is anonymous
 * @param ids the ids that open the session
 * @param attributes the attributes
 */
record SessionState(
        SessionKey key,
        long version,
        Times times,
        Lifetime lifetime,
        @Nullable PrincipalKey principalKey,
        IdState ids,
        AttributeTable attributes) {

    /**
     * Instants, in milliseconds since the epoch.
     *
     * @param createdAt the creation time
     * @param authenticatedAt the start of the absolute lifetime: the last login, or the creation time while anonymous
     * @param lastAccess the last access
     */
    record Times(long createdAt, long authenticatedAt, long lastAccess) {

        Times accessed(long now) {
            return new Times(createdAt, authenticatedAt, Math.max(lastAccess, now));
        }

        Times authenticated(long now) {
            return new Times(createdAt, now, Math.max(lastAccess, now));
        }
    }

    /**
     * The timeouts of a session.
     *
     * @param persistence the persistence of the cookie, which selects the engine's timeouts
     * @param ownIdleTimeout the session's own idle timeout in milliseconds, or 0 for the engine's
     */
    record Lifetime(Persistence persistence, long ownIdleTimeout) {

        static final Lifetime OF_THE_ENGINE = new Lifetime(Persistence.BROWSER_SESSION, 0);

        Lifetime with(Persistence other) {
            return new Lifetime(other, ownIdleTimeout);
        }

        Lifetime withIdleTimeout(long millis) {
            return new Lifetime(persistence, millis);
        }
    }

    /** Returns this state with the next version. */
    SessionState next() {
        return new SessionState(key, version + 1, times, lifetime, principalKey, ids, attributes);
    }

    SessionState with(AttributeTable newAttributes) {
        return new SessionState(key, version, times, lifetime, principalKey, ids, newAttributes);
    }

    SessionState with(IdState newIds) {
        return new SessionState(key, version, times, lifetime, principalKey, newIds, attributes);
    }

    SessionState with(Times newTimes) {
        return new SessionState(key, version, newTimes, lifetime, principalKey, ids, attributes);
    }

    SessionState with(Lifetime newLifetime) {
        return new SessionState(key, version, times, newLifetime, principalKey, ids, attributes);
    }

    SessionState withPrincipalKey(@Nullable PrincipalKey newKey) {
        return new SessionState(key, version, times, lifetime, newKey, ids, attributes);
    }
}
