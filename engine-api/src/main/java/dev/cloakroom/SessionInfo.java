package dev.cloakroom;

import java.time.Instant;
import java.util.Map;

/**
 * Describes a session to its owner. Contains no secret that opens the session, and no attributes. Immutable.
 *
 * @param handle the handle of the session
 * @param createdAt the creation time
 * @param loggedInAt the time of the last login
 * @param lastAccessedAt the last access that was stored, exact to the engine's touch interval
 * @param metadata the metadata that {@link Session#describe} set; empty if it set none
 */
public record SessionInfo(
        SessionHandle handle,
        Instant createdAt,
        Instant loggedInAt,
        Instant lastAccessedAt,
        Map<String, String> metadata) {

    /** Returns the session's fingerprint and the times, without the handle and the metadata. */
    @Override
    public String toString() {
        return "SessionInfo[" + handle.key() + ", created " + createdAt + ", logged in " + loggedInAt
                + ", last accessed " + lastAccessedAt + "]";
    }
}
