package dev.cloakroom;

import java.time.Instant;
import java.util.Map;

/**
 * Describes a session to its owner. It has nothing that opens the session, and none of its attributes.
 *
 * @param handle names it
 * @param createdAt when it began
 * @param loggedInAt when its principal logged in
 * @param lastAccessedAt its last access, exact to the engine's touch interval
 * @param metadata what {@link Session#describe} set, not modifiable
 */
public record SessionInfo(
        SessionHandle handle,
        Instant createdAt,
        Instant loggedInAt,
        Instant lastAccessedAt,
        Map<String, String> metadata) {

    /** Returns the session's fingerprint and the instants, without the handle and the metadata: fit for a log. */
    @Override
    public String toString() {
        return "SessionInfo[" + handle.key() + ", created " + createdAt + ", logged in " + loggedInAt
                + ", last accessed " + lastAccessedAt + "]";
    }
}
