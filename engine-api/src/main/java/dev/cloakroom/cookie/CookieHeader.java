package dev.cloakroom.cookie;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code Cookie} headers (RFC 6265, section 5.4). Anything may be passed: what is not a pair is skipped, and a
 * header costs time in proportion to its length.
 *
 * <p>Pairs are separated by semicolons and nothing else. Quotes have no meaning, so that no value can hide a separator:
 * parsers that honour them have been made to swallow cookies whole.
 */
public final class CookieHeader {

    /** How many cookies of one name are looked at; a browser has no reason to send more. */
    private static final int MAXIMUM_VALUES = 4;

    private CookieHeader() {}

    /** Returns the one header that several make; HTTP/2 and HTTP/3 may split it (RFC 9113, section 8.2.3). */
    public static @Nullable String join(@Nullable Collection<String> headers) {
        if (headers == null || headers.isEmpty()) {
            return null;
        }
        return headers.size() == 1 ? headers.iterator().next() : String.join("; ", headers);
    }

    /**
     * Returns the values of a cookie, the first four at most, as they stand.
     *
     * @param header null if the request has none
     * @throws IllegalArgumentException if the name is empty
     */
    public static List<String> values(@Nullable String header, String name) {
        List<String> values = new ArrayList<>();
        if (header != null) {
            long pair = next(header, name, 0);
            while (pair >= 0 && values.size() < MAXIMUM_VALUES) {
                values.add(header.substring((int) (pair >>> Integer.SIZE), (int) pair));
                pair = next(header, name, (int) pair);
            }
        }
        return values;
    }

    /**
     * Finds the next cookie of a name without allocating anything.
     *
     * <p>A match of the name that is not a pair's is passed over and never looked at again; the search for the next one
     * goes on behind it. So every character is looked at a bounded number of times.
     *
     * @param from where to start: 0, or the end of the value found before
     * @return the value's start in the upper and its end in the lower 32 bits, or -1 if there is none
     * @throws IllegalArgumentException if the name is empty
     */
    public static long next(String header, String name, int from) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("a cookie's name must not be empty");
        }
        int at = header.indexOf(name, from);
        while (at >= 0) {
            int equals = at + name.length();
            if (equals < header.length() && header.charAt(equals) == '=' && beginsPair(header, at)) {
                return (long) (equals + 1) << Integer.SIZE | valueEnd(header, equals + 1);
            }
            at = header.indexOf(name, equals);
        }
        return -1;
    }

    /** A pair begins at the start or behind a semicolon, with spaces or tabs between. */
    private static boolean beginsPair(String header, int at) {
        int before = at - 1;
        while (before >= 0 && isSpace(header.charAt(before))) {
            before--;
        }
        return before < 0 || header.charAt(before) == ';';
    }

    private static int valueEnd(String header, int start) {
        int end = header.indexOf(';', start);
        end = end < 0 ? header.length() : end;
        while (end > start && isSpace(header.charAt(end - 1))) {
            end--;
        }
        return end;
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t';
    }
}
