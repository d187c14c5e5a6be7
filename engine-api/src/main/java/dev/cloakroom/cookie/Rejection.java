package dev.cloakroom.cookie;

/** The reason why a session cookie, a signed value or a sealed value is not genuine. */
public enum Rejection {
    /** It is missing or does not have the form of such a value. */
    MALFORMED,
    /** The key ring has no key of that id, or has no secret that could open the value. */
    UNKNOWN_KEY,
    /** Its key is retired, and the time until which it verifies is over. */
    RETIRED_KEY,
    /** Its key was revoked. */
    REVOKED_KEY,
    /** Its signature is wrong: it was altered, or made for another cookie, purpose or application. */
    FORGED,
    /** It is older than the caller accepts. A session cookie is never rejected for this reason. */
    EXPIRED
}
