package dev.cloakroom.examples.demo;

import java.io.UncheckedIOException;

/** Issues access tokens, as an authorization server does. */
interface Tokens {

    /**
     * Returns a new token for a user.
     *
     * @throws UncheckedIOException if it cannot be had
     */
    AccessToken issue(String user);
}
