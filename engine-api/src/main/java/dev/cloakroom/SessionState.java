package dev.cloakroom;

import dev.cloakroom.internal.id.IdState;
import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import org.jspecify.annotations.Nullable;

/**
 * One state of a session, decoded: what a {@link dev.cloakroom.store.SessionRecord} says, with its data opened.
 *
 * @param key names the session
 * @param version counts the states
 * @param createdAt in milliseconds since the epoch, as are all times here
 * @param lastAccess the last access that counts
 * @param idleTimeout milliseconds that the record outlives its last access by
 * @param absoluteDeadline when it ends at the latest
 * @param principalKey its place in the index, null while anonymous
 * @param ids what opens it
 * @param attributes what it holds
 */
record SessionState(
        SessionKey key,
        long version,
        long createdAt,
        long lastAccess,
        long idleTimeout,
        long absoluteDeadline,
        @Nullable PrincipalKey principalKey,
        IdState ids,
        AttributeTable attributes) {

    /** Returns the state that comes after this one, accessed at {@code now} and otherwise the same. */
    SessionState next(long now) {
        return new SessionState(
                key,
                version + 1,
                createdAt,
                Math.max(lastAccess, now),
                idleTimeout,
                absoluteDeadline,
                principalKey,
                ids,
                attributes);
    }

    SessionState withAttributes(AttributeTable newAttributes) {
        return new SessionState(
                key, version, createdAt, lastAccess, idleTimeout, absoluteDeadline, principalKey, ids, newAttributes);
    }

    SessionState withIds(IdState newIds) {
        return new SessionState(
                key, version, createdAt, lastAccess, idleTimeout, absoluteDeadline, principalKey, newIds, attributes);
    }

    SessionState withPrincipalKey(@Nullable PrincipalKey newKey) {
        return new SessionState(
                key, version, createdAt, lastAccess, idleTimeout, absoluteDeadline, newKey, ids, attributes);
    }

    SessionState withTimeouts(long newIdleTimeout, long newAbsoluteDeadline) {
        return new SessionState(
                key,
                version,
                createdAt,
                lastAccess,
                newIdleTimeout,
                newAbsoluteDeadline,
                principalKey,
                ids,
                attributes);
    }
}
