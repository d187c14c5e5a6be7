package dev.cloakroom.key;

import java.time.Instant;

/** The state of a key, which determines whether it signs and verifies. */
public sealed interface KeyState {

    /**
     * The key verifies and does not sign. A key is published in this state, so that every node knows it before one
     * signs.
     */
    record VerifyOnly() implements KeyState {}

    /** The key signs and verifies. At most one key of a ring is active. */
    record Active() implements KeyState {}

    /**
     * The key verifies until a time and does not sign.
     *
     * @param until the first instant at which the key does not verify
     */
    record Retired(Instant until) implements KeyState {}

    /** The key neither signs nor verifies. This state is final. */
    record Revoked() implements KeyState {}
}
