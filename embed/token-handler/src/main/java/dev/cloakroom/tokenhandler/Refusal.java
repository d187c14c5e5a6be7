package dev.cloakroom.tokenhandler;

import java.util.Locale;

/** Why a request was refused, as counted by {@link TokenHandlerMetrics#refusals}. */
public enum Refusal {
    /** The request lacks the CSRF header, or another site or origin made it: 403. */
    CSRF,
    /** There is no session, or its tokens are over: 401. */
    LOGIN_REQUIRED,
    /** The path or the method is not one that the handler serves: 400, 404 or 405. */
    BAD_TARGET,
    /** The request's body is larger than allowed: 413. */
    BODY_TOO_LARGE,
    /** The upstream cannot be reached, or broke off: 502. */
    UPSTREAM_FAILED,
    /** The upstream did not answer in time: 504. */
    UPSTREAM_TIMEOUT,
    /** The server cannot pass WebSockets on: 501. */
    WEBSOCKET,
    /** The address to return to after the login is not a path of this application: 400. */
    BAD_RETURN_URL,
    /** The authorization server cannot be reached, or its metadata or its answer is wrong: 503. */
    PROVIDER_UNAVAILABLE,
    /** The callback came without the cookie of a login that this browser began: 400. */
    UNKNOWN_LOGIN,
    /** The callback is from another issuer, or does not say from which: 400. */
    WRONG_ISSUER,
    /** The authorization server refused the login, or the code: 400. */
    LOGIN_REFUSED,
    /** The ID token is not valid: 400. */
    BAD_ID_TOKEN,
    /** The logout token is not valid: 400. */
    BAD_LOGOUT_TOKEN,
    /** The logout token came before: 400. */
    REPLAYED_LOGOUT_TOKEN;

    /** Returns the name in an answer's JSON. */
    String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
