package dev.cloakroom.cookie;

/** The kind of requests that a browser sends a cookie with (RFC 6265bis, section 5.6.7). */
public enum SameSite {

    /** Requests from pages of the cookie's own site. */
    STRICT("Strict"),

    /** Also the request that opens a page when the user follows a link on another site. */
    LAX("Lax"),

    /** All requests. */
    NONE("None");

    private final String text;

    SameSite(String text) {
        this.text = text;
    }

    /** Returns the attribute's value, such as {@code Strict}. */
    @Override
    public String toString() {
        return text;
    }
}
