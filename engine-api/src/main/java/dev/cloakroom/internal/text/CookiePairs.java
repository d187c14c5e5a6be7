package dev.cloakroom.internal.text;

/**
 * Finds the cookies of one name in a {@code Cookie} header. Allocates nothing.
 *
 * <p>A value is returned as a span: two positions in one number, see {@link #start} and {@link #end}.
 *
 * <p>Only semicolons separate pairs. Double quotes around a whole value are not part of it. Quotes have no other
 * meaning, so no value can hide a separator.
 */
public final class CookiePairs {

    /**
     * The maximum number of cookies of one name that are examined. A browser sends several for different paths and
     * domains.
     */
    public static final int MAXIMUM = 4;

    /** The result if there is no cookie. */
    public static final long NONE = -1;

    private CookiePairs() {}

    /**
     * Finds the next cookie of a name.
     *
     * <p>The search continues after a match of the name that does not begin a pair. So every character is read a
     * bounded number of times.
     *
     * @param from the start of the search: 0, or the {@linkplain #end end} of the value found before
     * @return the value's span, or {@link #NONE}
     * @throws IllegalArgumentException if the name is empty
     */
    public static long find(String header, String name, int from) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("a cookie's name must not be empty");
        }
        int at = header.indexOf(name, from);
        while (at >= 0) {
            int equals = at + name.length();
            if (equals < header.length() && header.charAt(equals) == '=' && beginsPair(header, at)) {
                return span(header, equals + 1);
            }
            at = header.indexOf(name, equals);
        }
        return NONE;
    }

    /** Returns the position of a value's first character. */
    public static int start(long span) {
        return (int) (span >>> Integer.SIZE);
    }

    /** Returns the position after a value's last character, from which the search for the next cookie starts. */
    public static int end(long span) {
        return (int) span;
    }

    /** Returns whether a pair begins at a position: at the start, or after a semicolon, spaces and tabs. */
    private static boolean beginsPair(String header, int at) {
        int before = at - 1;
        while (before >= 0 && isSpace(header.charAt(before))) {
            before--;
        }
        return before < 0 || header.charAt(before) == ';';
    }

    private static long span(String header, int start) {
        int end = header.indexOf(';', start);
        end = end < 0 ? header.length() : end;
        while (end > start && isSpace(header.charAt(end - 1))) {
            end--;
        }
        if (end - start >= 2 && header.charAt(start) == '"' && header.charAt(end - 1) == '"') {
            return (long) (start + 1) << Integer.SIZE | (end - 1);
        }
        return (long) start << Integer.SIZE | end;
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t';
    }
}
