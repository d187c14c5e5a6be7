package dev.cloakroom.cookie;

import java.util.HashSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A cookie's name and attributes (RFC 6265bis). The default is the strictest policy. Each weaker setting must be
 * requested by name. A policy that browsers refuse cannot be built.
 *
 * <p>Immutable and thread-safe. Parameters are not nullable.
 */
public final class CookiePolicy {

    /** The name of {@link #strict}. Browsers that do not know {@code __Host-Http-} enforce it as {@code __Host-}. */
    public static final String STRICT_NAME = "__Host-Http-session";

    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+\\-.^_`|~0-9A-Za-z]+");

    private final String name;
    private final CookieAttributes attributes;

    private CookiePolicy(Builder builder) {
        this.name = builder.name;
        this.attributes = new CookieAttributes(
                builder.path, builder.domain, builder.sameSite, builder.secure, builder.httpOnly, builder.partitioned);
    }

    /** Returns the default: {@value #STRICT_NAME}; Path=/; Secure; HttpOnly; SameSite=Strict, and no Domain. */
    public static CookiePolicy strict() {
        return builder().build();
    }

    /** Returns a builder that starts from {@link #strict}. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns the cookie's name. */
    public String name() {
        return name;
    }

    /** Returns the path. The browser sends the cookie to it and to all paths below. */
    public String path() {
        return attributes.path;
    }

    /**
     * Returns the domain. The browser sends the cookie to it and to all its subdomains. Null if the browser sends the
     * cookie only to the host that set it.
     */
    public @Nullable String domain() {
        return attributes.domain;
    }

    /** Returns the {@code SameSite} attribute. */
    public SameSite sameSite() {
        return attributes.sameSite;
    }

    /** Returns whether the cookie is {@code Secure}: the browser sends it over secure connections only. */
    public boolean secure() {
        return attributes.secure;
    }

    /** Returns whether the cookie is {@code HttpOnly}: scripts cannot read it. */
    public boolean httpOnly() {
        return attributes.httpOnly;
    }

    /** Returns whether the cookie is {@code Partitioned}: the browser keeps one for each top-level site (CHIPS). */
    public boolean partitioned() {
        return attributes.partitioned;
    }

    /**
     * Returns the cookie with a value, without a lifetime: the browser deletes it when it closes.
     *
     * @throws IllegalArgumentException if the value contains a space, double quote, comma, semicolon, backslash,
     *     control or non-ASCII character (RFC 6265, section 4.1.1), or the cookie is larger than 4096 bytes
     */
    public SetCookie cookie(String value) {
        return SetCookie.of(name, value, attributes);
    }

    /** Returns a cookie that makes the browser delete the cookie of this policy. */
    public SetCookie clear() {
        return SetCookie.cleared(name, attributes);
    }

    /** Returns the name and the attributes. */
    @Override
    public String toString() {
        return name + attributes.text;
    }

    static void checkName(String name) {
        if (!TOKEN.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "the name \"" + name + "\" is not a token (RFC 6265): use letters, digits and !#$%&'*+-.^_`|~");
        }
    }

    /**
     * Settings of a {@link CookiePolicy}. Each setting can be set once; a second call throws
     * {@link IllegalStateException}. Not thread-safe.
     */
    public static final class Builder {

        private static final int LONGEST_ATTRIBUTE = 1024;
        private static final Pattern PATH = Pattern.compile("/[\\x20-\\x3A\\x3C-\\x7E]*");
        private static final Pattern DOMAIN = Pattern.compile(
                "(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*",
                Pattern.CASE_INSENSITIVE);

        private final Set<String> given = new HashSet<>();
        private String name = STRICT_NAME;
        private String path = "/";
        private @Nullable String domain;
        private SameSite sameSite = SameSite.STRICT;
        private boolean secure = true;
        private boolean httpOnly = true;
        private boolean partitioned;

        private Builder() {}

        /** Sets the name, a token of RFC 6265. Default: {@value #STRICT_NAME}. */
        public Builder name(String cookieName) {
            once("name");
            name = Objects.requireNonNull(cookieName, "cookieName");
            return this;
        }

        /**
         * Sets the path. Default: {@code /}. A path does not protect the cookie from pages of other paths of the host.
         */
        public Builder path(String cookiePath) {
            once("path");
            path = Objects.requireNonNull(cookiePath, "cookiePath");
            return this;
        }

        /**
         * Sets the domain. The browser sends the cookie to all its subdomains, and each of them can overwrite it.
         * Default: none.
         */
        public Builder domain(String cookieDomain) {
            once("domain");
            domain = Objects.requireNonNull(cookieDomain, "cookieDomain");
            return this;
        }

        /** Sets the {@code SameSite} attribute. Default: {@link SameSite#STRICT}. */
        public Builder sameSite(SameSite requests) {
            once("sameSite");
            sameSite = Objects.requireNonNull(requests, "requests");
            return this;
        }

        /**
         * Leaves {@code Secure} out. Everyone on the network can then read the cookie. For development without TLS
         * only.
         */
        public Builder allowInsecureTransport() {
            once("allowInsecureTransport");
            secure = false;
            return this;
        }

        /** Leaves {@code HttpOnly} out. Any injected script can then steal the cookie. */
        public Builder allowScriptAccess() {
            once("allowScriptAccess");
            httpOnly = false;
            return this;
        }

        /** Makes the browser keep a separate cookie for each top-level site that embeds this one (CHIPS). */
        public Builder partitioned() {
            once("partitioned");
            partitioned = true;
            return this;
        }

        /**
         * Returns a policy with these settings.
         *
         * @throws IllegalArgumentException if browsers would refuse its cookies; the message names the wrong setting
         */
        public CookiePolicy build() {
            checkName(name);
            check(
                    PATH.matcher(path).matches(),
                    "the path \"" + path
                            + "\" must begin with / and have no semicolon, control or non-ASCII character");
            check(
                    path.length() <= LONGEST_ATTRIBUTE,
                    "the path has " + path.length() + " characters, more than the " + LONGEST_ATTRIBUTE
                            + " that browsers accept (RFC 6265bis, section 5.6)");
            check(
                    domain == null || DOMAIN.matcher(domain).matches(),
                    "the domain \"" + domain + "\" is not a host name: write it without a dot before it, in ASCII");
            check(
                    secure || sameSite != SameSite.NONE,
                    "SameSite=None needs Secure: leave allowInsecureTransport() out");
            check(secure || !partitioned, "Partitioned needs Secure: leave allowInsecureTransport() out");
            checkPrefix();
            return new CookiePolicy(this);
        }

        /** Checks the prefix of the name, without regard to case as browsers do (RFC 6265bis, section 4.1.3). */
        private void checkPrefix() {
            String lower = name.toLowerCase(Locale.ROOT);
            boolean host = lower.startsWith("__host-");
            boolean http = lower.startsWith("__http-") || lower.startsWith("__host-http-");
            String prefixed = "the name \"" + name + "\" needs ";
            check(
                    secure || !(host || http || lower.startsWith("__secure-")),
                    prefixed + "Secure: leave allowInsecureTransport() out, or use a name without a prefix");
            check(httpOnly || !http, prefixed + "HttpOnly: leave allowScriptAccess() out, or use another name");
            check(
                    !host || path.equals("/"),
                    prefixed + "Path=/, not \"" + path + "\": leave path() out, or use another name");
            check(
                    !host || domain == null,
                    prefixed + "no Domain, not \"" + domain + "\": leave domain() out, or use another name");
        }

        private static void check(boolean condition, String otherwise) {
            if (!condition) {
                throw new IllegalArgumentException(otherwise);
            }
        }

        private void once(String setting) {
            if (!given.add(setting)) {
                throw new IllegalStateException(setting + " is set already: set it once");
            }
        }
    }
}
