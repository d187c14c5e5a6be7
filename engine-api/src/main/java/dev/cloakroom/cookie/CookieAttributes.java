package dev.cloakroom.cookie;

import org.jspecify.annotations.Nullable;

/** The attributes that all cookies of a policy share. Immutable. */
final class CookieAttributes {

    final String path;
    final @Nullable String domain;
    final SameSite sameSite;
    final boolean secure;
    final boolean httpOnly;
    final boolean partitioned;

    /** The attributes as text in a header, each after {@code "; "}. */
    final String text;

    CookieAttributes(
            String path,
            @Nullable String domain,
            SameSite sameSite,
            boolean secure,
            boolean httpOnly,
            boolean partitioned) {
        this.path = path;
        this.domain = domain;
        this.sameSite = sameSite;
        this.secure = secure;
        this.httpOnly = httpOnly;
        this.partitioned = partitioned;
        this.text = "; Path=" + path
                + (domain == null ? "" : "; Domain=" + domain)
                + (secure ? "; Secure" : "")
                + (httpOnly ? "; HttpOnly" : "")
                + "; SameSite=" + sameSite
                + (partitioned ? "; Partitioned" : "");
    }
}
