package dev.cloakroom;

import java.time.Instant;
import java.util.Map;

/**
 * Describes a session to its owner. It has nothing that opens the session, and none of its attributes. {@code toString}
 * prints all components, the metadata too.
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
        Map<String, String> metadata) {}
