package dev.cloakroom.cookie;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A cookie to be set: the value of one {@code Set-Cookie} header (RFC 6265bis).
 *
 * <p>Immutable. Prints without its value.
 */
public final class SetCookie {

    /** How many bytes name, value and attributes may take together; browsers drop what is larger. */
    public static final int MAXIMUM_SIZE = 4096;

    /** How long a cookie may live at most (RFC 6265bis, section 5.5). */
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
    private final String attributes;
    private final @Nullable Long maxAge;
    private final @Nullable Instant expires;

    private SetCookie(String name, String value, String attributes, @Nullable Long maxAge, @Nullable Instant expires) {
        this.name = name;
        this.value = value;
        this.attributes = attributes;
        this.maxAge = maxAge;
        this.expires = expires;
        int size = toHeader().length();
        if (size > MAXIMUM_SIZE) {
            throw new IllegalArgumentException("the cookie " + name + " would take " + size + " bytes, more than the "
                    + MAXIMUM_SIZE + " that browsers keep");
        }
    }

    static SetCookie of(String name, String value, String attributes) {
        for (int i = 0; i < value.length(); i++) {
            if (!isCookieOctet(value.charAt(i))) {
                throw new IllegalArgumentException("the value for the cookie " + name + " has a character at index " + i
                        + " that a cookie cannot have (RFC 6265)");
            }
        }
        return new SetCookie(name, value, attributes, null, null);
    }

    static SetCookie cleared(String name, String attributes) {
        return new SetCookie(name, "", attributes, 0L, Instant.EPOCH);
    }

    /** RFC 6265, section 4.1.1: US-ASCII without controls, space, double quote, comma, semicolon and backslash. */
    private static boolean isCookieOctet(char c) {
        return c > ' ' && c < 0x7F && c != '"' && c != ',' && c != ';' && c != '\\';
    }

    /**
     * Returns this cookie with a life of its own, beyond the browser's closing.
     *
     * @param age counted in whole seconds
     * @throws IllegalArgumentException if it is less than a second or more than 400 days
     */
    public SetCookie maxAge(Duration age) {
        if (age.toSeconds() < 1 || age.compareTo(MAXIMUM_AGE) > 0) {
            throw new IllegalArgumentException("Max-Age must be from 1 second to 400 days: " + age);
        }
        return new SetCookie(name, value, attributes, age.toSeconds(), expires);
    }

    /**
     * Returns this cookie with a date at which it ends; {@code Max-Age}, if there is one, takes precedence. Browsers cut
     * it to 400 days from now.
     *
     * @throws IllegalArgumentException if the date is not in the years 1601 to 9999, which the format can express
     */
    public SetCookie expires(Instant date) {
        if (date.isBefore(FIRST_DATE) || !date.isBefore(AFTER_LAST_DATE)) {
            throw new IllegalArgumentException("Expires must be in the years 1601 to 9999: " + date);
        }
        return new SetCookie(name, value, attributes, maxAge, date);
    }

    /** Returns the header's value, which carries the cookie's: not for a log. */
    public String toHeader() {
        return header(value);
    }

    private String header(String shownValue) {
        return name + "=" + shownValue
                + (maxAge == null ? "" : "; Max-Age=" + maxAge)
                + (expires == null ? "" : "; Expires=" + IMF_FIXDATE.format(expires))
                + attributes;
    }

    /** Returns the header's value with the cookie's replaced. */
    @Override
    public String toString() {
        return header("…");
    }
}
