package dev.cloakroom.cookie;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A cookie to set (RFC 6265bis): a name, a value, a lifetime and the attributes of its policy. {@link #toHeader}
 * returns the value of a {@code Set-Cookie} header. For a server with cookie objects, use the other methods.
 *
 * <p>Immutable and thread-safe. {@link #toString} leaves the value out. Parameters are not nullable.
 */
public final class SetCookie {

    /** The maximum size of a cookie with its name and attributes, in bytes. Browsers drop larger cookies. */
    public static final int MAXIMUM_SIZE = 4096;

    /** The maximum lifetime of a cookie (RFC 6265bis, section 5.5). */
    public static final Duration MAXIMUM_AGE = Duration.ofDays(400);

    private static final DateTimeFormatter IMF_FIXDATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    /** Browsers refuse years before 1601, and expect four digits (RFC 6265, section 5.1.1, step 5). */
    private static final Instant FIRST_DATE = Instant.parse("1601-01-01T00:00:00Z");

    private static final Instant AFTER_LAST_DATE =
            Instant.parse("9999-12-31T23:59:59Z").plusSeconds(1);

    private final String name;
    private final String value;
    private final CookieAttributes attributes;
    private final @Nullable Duration maxAge;
    private final @Nullable Instant expires;

    private SetCookie(
            String name,
            String value,
            CookieAttributes attributes,
            @Nullable Duration maxAge,
            @Nullable Instant expires) {
        this.name = name;
        this.value = value;
        this.attributes = attributes;
        this.maxAge = maxAge;
        this.expires = expires;
        int size = toHeader().length();
        if (size > MAXIMUM_SIZE) {
            throw new IllegalArgumentException("the cookie " + name + " would take " + size + " bytes, more than the "
                    + MAXIMUM_SIZE + " that browsers keep: shorten its value");
        }
    }

    static SetCookie of(String name, String value, CookieAttributes attributes) {
        for (int i = 0; i < value.length(); i++) {
            if (!isCookieOctet(value.charAt(i))) {
                throw new IllegalArgumentException("the value for the cookie " + name
                        + " has a character at index " + i + " that a cookie cannot have (RFC 6265, section 4.1.1):"
                        + " encode the value, for instance as base64url");
            }
        }
        return new SetCookie(name, value, attributes, null, null);
    }

    static SetCookie cleared(String name, CookieAttributes attributes) {
        return new SetCookie(name, "", attributes, Duration.ZERO, Instant.EPOCH);
    }

    /** Returns whether a value may contain a character (RFC 6265, section 4.1.1). */
    private static boolean isCookieOctet(char c) {
        return c > ' ' && c < 0x7F && c != '"' && c != ',' && c != ';' && c != '\\';
    }

    /**
     * Returns this cookie with a lifetime. The browser then keeps the cookie when it closes.
     *
     * @param age the lifetime, rounded down to seconds
     * @throws IllegalArgumentException if the age is less than a second or more than 400 days, or the cookie becomes
     *     larger than 4096 bytes
     */
    public SetCookie maxAge(Duration age) {
        if (age.toSeconds() < 1 || age.compareTo(MAXIMUM_AGE) > 0) {
            throw new IllegalArgumentException("Max-Age must be from 1 second to 400 days, not " + age);
        }
        return new SetCookie(name, value, attributes, Duration.ofSeconds(age.toSeconds()), expires);
    }

    /**
     * Returns this cookie with an expiry date. {@code Max-Age}, if set, takes precedence. Browsers limit the date to
     * 400 days from now.
     *
     * @throws IllegalArgumentException if the date is not in the years 1601 to 9999, or the cookie becomes larger than
     *     4096 bytes
     */
    public SetCookie expires(Instant date) {
        if (date.isBefore(FIRST_DATE) || !date.isBefore(AFTER_LAST_DATE)) {
            throw new IllegalArgumentException("Expires must be in the years 1601 to 9999, not " + date);
        }
        return new SetCookie(name, value, attributes, maxAge, date);
    }

    /** Returns the name. */
    public String name() {
        return name;
    }

    /** Returns the value, which is empty if this cookie deletes another. Do not log it. */
    public String value() {
        return value;
    }

    /** Returns the path. The browser sends the cookie to it and to all paths below. */
    public String path() {
        return attributes.path;
    }

    /** Returns the domain, or null if the browser sends the cookie only to the host that set it. */
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
     * Returns the lifetime in whole seconds, zero if this cookie deletes another, or null if the cookie lives until the
     * browser closes or until {@link #expires()}.
     */
    public @Nullable Duration maxAge() {
        return maxAge;
    }

    /** Returns the expiry date, or null if there is none. */
    public @Nullable Instant expires() {
        return expires;
    }

    /** Returns the value of the {@code Set-Cookie} header. It contains the cookie's value: do not log it. */
    public String toHeader() {
        return header(value);
    }

    private String header(String shownValue) {
        return name + "=" + shownValue
                + (maxAge == null ? "" : "; Max-Age=" + maxAge.toSeconds())
                + (expires == null ? "" : "; Expires=" + IMF_FIXDATE.format(expires))
                + attributes.text;
    }

    /** Returns the value of the {@code Set-Cookie} header without the cookie's value. */
    @Override
    public String toString() {
        return header("…");
    }
}
