package dev.cloakroom.cookie;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A cookie to be set (RFC 6265bis): a name, a value, a lifetime and the attributes of its policy. {@link #toHeader} returns the
 * value of one {@code Set-Cookie} header. An adapter whose server has cookie objects takes the parts.
 *
 * <p>Immutable. {@link #toString} leaves the value out.
 */
public final class SetCookie {

    /** The largest size of a cookie in bytes, with its name and attributes. Browsers drop a larger one. */
    public static final int MAXIMUM_SIZE = 4096;

    /** The longest life of a cookie (RFC 6265bis, section 5.5). */
    public static final Duration MAXIMUM_AGE = Duration.ofDays(400);

    private static final DateTimeFormatter IMF_FIXDATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    /** RFC 6265, section 5.1.1, step 5: browsers take no year before 1601, and four digits. */
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

    /** RFC 6265, section 4.1.1: US-ASCII without controls, space, double quote, comma, semicolon and backslash. */
    private static boolean isCookieOctet(char c) {
        return c > ' ' && c < 0x7F && c != '"' && c != ',' && c != ';' && c != '\\';
    }

    /**
     * Returns this cookie with a lifetime, so that it stays when the browser is closed.
     *
     * @param age counted in whole seconds
     * @throws IllegalArgumentException if it is less than a second or more than 400 days
     */
    public SetCookie maxAge(Duration age) {
        if (age.toSeconds() < 1 || age.compareTo(MAXIMUM_AGE) > 0) {
            throw new IllegalArgumentException("Max-Age must be from 1 second to 400 days, not " + age);
        }
        return new SetCookie(name, value, attributes, Duration.ofSeconds(age.toSeconds()), expires);
    }

    /**
     * Returns this cookie with the date at which it ends. {@code Max-Age}, if there is one, takes precedence. Browsers cut
     * the date to 400 days from now.
     *
     * @throws IllegalArgumentException if the date is not in the years 1601 to 9999, which the format can express
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

    /** Returns the value; it is empty if this cookie makes the browser forget an older one. Do not log it. */
    public String value() {
        return value;
    }

    /** Returns the path: the browser sends the cookie to it and to all paths below. */
    public String path() {
        return attributes.path;
    }

    /** Returns the domain that the cookie is sent to with its subdomains, or null if only to the host that sets it. */
    public @Nullable String domain() {
        return attributes.domain;
    }

    /** Returns the kind of requests that the browser sends the cookie with. */
    public SameSite sameSite() {
        return attributes.sameSite;
    }

    /** Returns whether the browser sends the cookie over secure connections only. */
    public boolean secure() {
        return attributes.secure;
    }

    /** Returns whether scripts cannot read the cookie. */
    public boolean httpOnly() {
        return attributes.httpOnly;
    }

    /** Returns whether the browser keeps a separate cookie for each top-level site (CHIPS). */
    public boolean partitioned() {
        return attributes.partitioned;
    }

    /**
     * Returns the lifetime in whole seconds, zero if this cookie makes the browser forget an older one, or null if it lives
     * until the browser is closed or until {@link #expires()}.
     */
    public @Nullable Duration maxAge() {
        return maxAge;
    }

    /** Returns the date at which the cookie ends, or null if it has none. */
    public @Nullable Instant expires() {
        return expires;
    }

    /** Returns the value of the {@code Set-Cookie} header. It has the cookie's value: do not log it. */
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
