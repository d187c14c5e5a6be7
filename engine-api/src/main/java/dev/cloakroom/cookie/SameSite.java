package dev.cloakroom.cookie;

/** The {@code SameSite} attribute: the requests with which a browser sends a cookie (RFC 6265bis, section 5.6.7). */
public enum SameSite {

    /** Requests from pages of the cookie's site. */
    STRICT("Strict"),

    /** The same, and the request that opens a page when the user follows a link on another site. */
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
