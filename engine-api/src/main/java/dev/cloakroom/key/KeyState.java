package dev.cloakroom.key;

import java.time.Instant;

/** What a key is good for at present. */
public sealed interface KeyState {

    /** It verifies and does not sign: published ahead, so that every node knows it before one signs with it. */
    record VerifyOnly() implements KeyState {}

    /** It signs, and verifies. One key of a ring at most is active. */
    record Active() implements KeyState {}

    /**
     * It verifies until a date and does not sign.
     *
     * @param until the first instant at which it does not verify any more
     */
    record Retired(Instant until) implements KeyState {}

    /** It is good for nothing, at once. */
    record Revoked() implements KeyState {}
}
