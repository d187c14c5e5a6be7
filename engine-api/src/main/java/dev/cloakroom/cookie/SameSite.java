package dev.cloakroom.cookie;

/** With which requests a browser sends a cookie (RFC 6265bis, section 5.6.7). */
public enum SameSite {

    /** With requests that the cookie's own site makes. */
    STRICT("Strict"),

    /** Also when a user follows a link from another site. */
    LAX("Lax"),

    /** With all requests. */
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
