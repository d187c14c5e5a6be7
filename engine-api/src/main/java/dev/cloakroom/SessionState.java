package dev.cloakroom;

import dev.cloakroom.internal.id.IdState;
import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import org.jspecify.annotations.Nullable;

/**
 * One state of a session, decoded: a {@link dev.cloakroom.store.SessionRecord} with its data opened.
 *
 * @param key the session's name
 * @param version counts the states
 * @param times when the session began and was used
 * @param lifetime how long the session lives
 * @param principalKey its place in the index, null while anonymous
 * @param ids the ids that open it
 * @param attributes its attributes
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
     * @param createdAt when the session began
     * @param authenticatedAt when its absolute lifetime began: at the last login, or at the beginning while anonymous
     * @param lastAccess its last access
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
     * How long a session lives.
     *
     * @param persistence the kind of its cookie, which chooses the engine's timeouts
     * @param ownIdleTimeout the idle timeout given to this session, in milliseconds, or 0 if it has the engine's
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

    /** Returns the next version of this state, otherwise the same. */
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
