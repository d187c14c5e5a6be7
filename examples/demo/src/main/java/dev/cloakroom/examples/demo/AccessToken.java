package dev.cloakroom.examples.demo;

import java.time.Duration;
import java.time.Instant;

/**
 * What the session keeps and the browser never gets: a bearer token, with when it expires next to it, so that nobody
 * has to take it apart to find out.
 *
 * @param jwt the token as it goes into an {@code Authorization} header
 * @param expiresAt in milliseconds since the epoch
 */
record AccessToken(String jwt, long expiresAt) {

    /** Leaves a request that carries the token the time to arrive. */
    private static final Duration MARGIN = Duration.ofSeconds(3);

    /** Returns whether it is too late to send it anywhere. */
    boolean isStale(Instant now) {
        return now.plus(MARGIN).toEpochMilli() >= expiresAt;
    }

    /** Tells nothing: records end up in messages and logs. */
    @Override
    public String toString() {
        return "AccessToken";
    }
}
