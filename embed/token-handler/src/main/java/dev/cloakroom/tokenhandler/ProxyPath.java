package dev.cloakroom.tokenhandler;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Checks the target of a request that is passed on. Servers read unusual paths differently: one resolves {@code ..} before
 * it decodes, another after. A path that two servers could read differently is refused, so that what the handler judged is
 * what the upstream acts on.
 */
final class ProxyPath {

    /** RFC 3986, sections 3.3 and 3.4; a question mark and brackets in queries alone. */
    private static final String PATH_CHARACTERS = "-._~!$&'()*+,;=:@/";

    private static final String QUERY_CHARACTERS = PATH_CHARACTERS + "?[]";
    private static final Pattern ESCAPE = Pattern.compile("%([0-9A-Fa-f]{2})");
    private static final Pattern UNESCAPED = Pattern.compile("[\"<>^`{|}]");
    private static final int LONGEST = 8 * 1024;
    private static final int MOST_ENCODINGS = 5;

    private ProxyPath() {}

    /** @throws RefusedException with 400 unless every server reads the path in one way */
    static String checked(String path) {
        if (path.length() > LONGEST || !path.startsWith("/") || !isMadeOf(PATH_CHARACTERS, path)) {
            throw bad("the path is malformed, or longer than " + LONGEST + " characters");
        }
        String decoded = path;
        for (int i = 0; i < MOST_ENCODINGS; i++) {
            if (isAmbiguous(decoded)) {
                throw bad("the path has a dot segment, an empty segment, a backslash or a control character");
            }
            String next = ESCAPE.matcher(decoded)
                    .replaceAll(match ->
                            Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(match.group(1), 16))));
            if (next.equals(decoded)) {
                return path;
            }
            if (slashes(next) != slashes(decoded)) {
                throw bad("the path has an encoded slash");
            }
            decoded = next;
        }
        throw bad("the path is encoded more than " + MOST_ENCODINGS + " times");
    }

    /** Returns a query with what browsers leave unescaped escaped (WHATWG URL), null if there is none. */
    static @Nullable String checkedQuery(@Nullable String query) {
        if (query == null) {
            return null;
        }
        String escaped = UNESCAPED
                .matcher(query)
                .replaceAll(match -> String.format("%%%02X", (int) match.group().charAt(0)));
        if (escaped.length() > LONGEST || !isMadeOf(QUERY_CHARACTERS, escaped)) {
            throw bad("the query is malformed, or longer than " + LONGEST + " characters");
        }
        return escaped;
    }

    /** Returns whether a text has nothing but letters, digits, certain characters and escapes. */
    private static boolean isMadeOf(String allowed, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (c == '%') {
                if (!ESCAPE.matcher(text)
                        .region(i, Math.min(i + 3, text.length()))
                        .matches()) {
                    return false;
                }
            } else if (!plain && allowed.indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAmbiguous(String path) {
        if (path.chars().anyMatch(c -> c < ' ' || c == '\\' || c == 0x7F)) {
            return true;
        }
        String[] segments = path.split("/", -1);
        for (int i = 1; i < segments.length; i++) {
            String name = segments[i].split(";", 2)[0];
            boolean last = i == segments.length - 1;
            if (name.equals(".") || name.equals("..") || (name.isEmpty() && !last)) {
                return true;
            }
        }
        return false;
    }

    private static long slashes(String text) {
        return text.chars().filter(c -> c == '/').count();
    }

    private static RefusedException bad(String why) {
        return new RefusedException(400, Refusal.BAD_TARGET, why);
    }
}
