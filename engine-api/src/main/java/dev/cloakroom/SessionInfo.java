package dev.cloakroom;

import java.time.Instant;
import java.util.Map;

/**
 * What can be told about a session to its owner: nothing that opens it, none of its attributes.
 *
 * @param handle names it
 * @param createdAt when it began
 * @param loggedInAt when its principal logged in
 * @param lastAccessedAt its last access, exact to the engine's touch interval
 * @param metadata what the application said of it with {@link Session#describe}, not modifiable
 */
public record SessionInfo(
        SessionHandle handle,
        Instant createdAt,
        Instant loggedInAt,
        Instant lastAccessedAt,
        Map<String, String> metadata) {}
