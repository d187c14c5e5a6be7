package dev.cloakroom.jmh.peer;

import dev.cloakroom.jmh.Workload;

/**
 * Something that keeps sessions and finds them by a cookie. What a request costs is {@link #next}: from the
 * {@code Cookie} header to one attribute of the session, and whatever else the peer does for a request that only reads.
 *
 * <p>Safe for use by several threads, as the servers are.
 */
public interface Peer extends AutoCloseable {

    /** What {@link #next} returns if the header leads to no session. */
    long NO_SESSION = -1;

    /** Begins a session and returns the cookie for it, {@code name=value}. */
    String create(Workload.Content content);

    /** Returns the number in the session that a {@code Cookie} header leads to, or {@link #NO_SESSION}. */
    long next(String cookieHeader);

    @Override
    void close();
}
