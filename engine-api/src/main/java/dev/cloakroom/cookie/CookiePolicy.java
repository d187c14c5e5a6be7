package dev.cloakroom.cookie;

import java.util.HashSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A cookie's name and what browsers may do with it (RFC 6265bis). The default is the strictest there is; whatever is
 * weaker has to be asked for by name, and what browsers would refuse cannot be built.
 *
 * <p>Immutable.
 */
public final class CookiePolicy {

    /** The name of {@link #strict}. Browsers that do not know {@code __Host-Http-} enforce it as {@code __Host-}. */
    public static final String STRICT_NAME = "__Host-Http-session";

    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+\\-.^_`|~0-9A-Za-z]+");

    private final String name;
    private final String path;
    private final @Nullable String domain;
    private final SameSite sameSite;
    private final boolean secure;
    private final boolean httpOnly;
    private final boolean partitioned;
    private final String attributes;

    private CookiePolicy(Builder builder) {
        this.name = builder.name;
        this.path = builder.path;
        this.domain = builder.domain;
        this.sameSite = builder.sameSite;
        this.secure = builder.secure;
        this.httpOnly = builder.httpOnly;
        this.partitioned = builder.partitioned;
        this.attributes = "; Path=" + path
                + (domain == null ? "" : "; Domain=" + domain)
                + (secure ? "; Secure" : "")
                + (httpOnly ? "; HttpOnly" : "")
                + "; SameSite=" + sameSite
                + (partitioned ? "; Partitioned" : "");
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

    /** Returns the path below which it is sent. */
    public String path() {
        return path;
    }

    /** Returns the domain that it is sent to with its subdomains, or null if only to the host that set it. */
    public @Nullable String domain() {
        return domain;
    }

    /** Returns with which requests it is sent. */
    public SameSite sameSite() {
        return sameSite;
    }

    /** Returns whether it is sent over secure connections only. */
    public boolean secure() {
        return secure;
    }

    /** Returns whether it is kept from scripts. */
    public boolean httpOnly() {
        return httpOnly;
    }

    /** Returns whether it is kept apart for each top-level site. */
    public boolean partitioned() {
        return partitioned;
    }

    /**
     * Returns the cookie with a value, for as long as the browser is open.
     *
     * @throws IllegalArgumentException if the value has characters that cookies cannot have (RFC 6265: no spaces,
     *     quotes, commas, semicolons, backslashes, control or non-ASCII characters), or the cookie is too large
     */
    public SetCookie cookie(String value) {
        return SetCookie.of(name, value, attributes);
    }

    /** Returns the cookie that makes a browser forget this one. */
    public SetCookie clear() {
        return SetCookie.cleared(name, attributes);
    }

    /** Returns the name and the attributes. */
    @Override
    public String toString() {
        return name + attributes;
    }

    static void checkName(String name) {
        if (!TOKEN.matcher(name).matches()) {
            throw new IllegalArgumentException("the name \"" + name + "\" is no token (RFC 6265)");
        }
    }

    /** Settings of a {@link CookiePolicy}. Each may be given once. Not thread-safe. */
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

        /** Sets the name: a token of RFC 6265. */
        public Builder name(String cookieName) {
            once("name");
            name = Objects.requireNonNull(cookieName, "cookieName");
            return this;
        }

        /** Has it sent below a path only. */
        public Builder path(String cookiePath) {
            once("path");
            path = Objects.requireNonNull(cookiePath, "cookiePath");
            return this;
        }

        /** Has it sent to a domain and all its subdomains; any of them can then overwrite it. */
        public Builder domain(String cookieDomain) {
            once("domain");
            domain = Objects.requireNonNull(cookieDomain, "cookieDomain");
            return this;
        }

        /** Sets with which requests it is sent. */
        public Builder sameSite(SameSite requests) {
            once("sameSite");
            sameSite = Objects.requireNonNull(requests, "requests");
            return this;
        }

        /** Has it sent over connections that anyone on the way can read: for development without TLS only. */
        public Builder allowInsecureTransport() {
            once("allowInsecureTransport");
            secure = false;
            return this;
        }

        /** Lets scripts read it: any injected script can then steal it. */
        public Builder allowScriptAccess() {
            once("allowScriptAccess");
            httpOnly = false;
            return this;
        }

        /** Has it kept apart for each top-level site that embeds this one (CHIPS). */
        public Builder partitioned() {
            once("partitioned");
            partitioned = true;
            return this;
        }

        /**
         * Returns the policy.
         *
         * @throws IllegalArgumentException if browsers would refuse its cookies; the message quotes what is wrong
         */
        public CookiePolicy build() {
            checkName(name);
            check(
                    PATH.matcher(path).matches(),
                    "the path \"" + path + "\" must begin with / and have no ; or controls");
            check(
                    path.length() <= LONGEST_ATTRIBUTE,
                    "the path has " + path.length() + " characters, more than the " + LONGEST_ATTRIBUTE
                            + " that browsers heed (RFC 6265bis)");
            check(domain == null || DOMAIN.matcher(domain).matches(), "the domain \"" + domain + "\" is no host name");
            check(secure || sameSite != SameSite.NONE, "SameSite=None needs Secure");
            check(secure || !partitioned, "Partitioned needs Secure");
            checkPrefix();
            return new CookiePolicy(this);
        }

        /** Browsers compare prefixes without regard to case (RFC 6265bis, section 4.1.3). */
        private void checkPrefix() {
            String lower = name.toLowerCase(Locale.ROOT);
            boolean host = lower.startsWith("__host-");
            boolean http = lower.startsWith("__http-") || lower.startsWith("__host-http-");
            String prefixed = "the name \"" + name + "\" needs ";
            check(secure || !(host || http || lower.startsWith("__secure-")), prefixed + "Secure");
            check(httpOnly || !http, prefixed + "HttpOnly");
            check(!host || path.equals("/"), prefixed + "Path=/, not \"" + path + "\"");
            check(!host || domain == null, prefixed + "no Domain, not \"" + domain + "\"");
        }

        private static void check(boolean condition, String otherwise) {
            if (!condition) {
                throw new IllegalArgumentException(otherwise);
            }
        }

        private void once(String setting) {
            if (!given.add(setting)) {
                throw new IllegalStateException(setting + " was set before");
            }
        }
    }
}
