package dev.cloakroom.cookie;

/** The reason why a session cookie, a signed value or a sealed value is not genuine. */
public enum Rejection {
    /** The value is missing or has a wrong form. */
    MALFORMED,
    /** The key ring has no key with the value's key id, or only a public key that cannot open it. */
    UNKNOWN_KEY,
    /** The key is retired, and its time is over. */
    RETIRED_KEY,
    /** The key is revoked. */
    REVOKED_KEY,
    /** The tag is wrong: the value was altered, or made for another cookie, purpose or application. */
    FORGED,
    /** The value is older than the maximum age. A session cookie is never rejected for this reason. */
    EXPIRED
}
