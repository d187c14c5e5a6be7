package dev.cloakroom.tokenhandler;

import dev.cloakroom.SessionEngine;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/**
 * What a handler was built with.
 *
 * @param origin the application's own, such as {@code https://app.example}
 * @param prefix of the handler's own endpoints, without a slash at the end
 * @param upstreams the longest prefix first
 */
record Settings(
        SessionEngine engine,
        String origin,
        String prefix,
        List<String> scopes,
        List<String> claims,
        String afterLogout,
        String csrfHeader,
        List<Upstream> upstreams,
        long maxBody,
        Duration headersTimeout,
        Duration idleTimeout,
        InstantSource clock) {

    URI redirectUri() {
        return URI.create(origin + prefix + "/callback");
    }
}
