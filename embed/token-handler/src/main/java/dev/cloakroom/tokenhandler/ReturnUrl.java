package dev.cloakroom.tokenhandler;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Judges where a login may return to: a path of this application, with query and fragment, in the characters of RFC 3986.
 *
 * <p>Browsers read addresses more freely than RFC 3986 (WHATWG URL): they drop tabs and line breaks, and take a backslash
 * for a slash. So does a server that decodes a path and redirects to the result. Each such character is refused, encoded
 * once or more, too.
 */
final class ReturnUrl {

    static final int LONGEST = 1024;

    private static final Pattern ALLOWED = Pattern.compile("/[A-Za-z0-9._~!$&'()*+,;=:@/?#%\\[\\]-]*");
    private static final Pattern ESCAPE = Pattern.compile("%([0-9A-Fa-f]{2})");
    private static final int MOST_ENCODINGS = 5;

    private final String prefix;

    /** Takes the prefix of the handler's own endpoints, to which no login returns. */
    ReturnUrl(String prefix) {
        this.prefix = prefix;
    }

    /** Returns whether a login may return to an address. */
    boolean isAllowed(@Nullable String url) {
        if (url == null || url.length() > LONGEST || !ALLOWED.matcher(url).matches()) {
            return false;
        }
        try {
            URI parsed = new URI(url);
            if (parsed.isAbsolute() || parsed.getRawAuthority() != null) {
                return false;
            }
        } catch (URISyntaxException e) {
            return false;
        }
        return isHarmless(url.split("[?#]", 2)[0]);
    }

    private boolean isHarmless(String path) {
        String decoded = path;
        for (int i = 0; i < MOST_ENCODINGS; i++) {
            if (isSuspicious(decoded)) {
                return false;
            }
            String next = decodedOnce(decoded);
            if (next.equals(decoded)) {
                return true;
            }
            decoded = next;
        }
        return false;
    }

    private boolean isSuspicious(String path) {
        return path.chars().anyMatch(c -> c < ' ' || c == '\\' || c == 0x7F)
                || path.contains("//")
                || (path + "/").contains("/./")
                || (path + "/").contains("/../")
                || (path + "/").toLowerCase(Locale.ROOT).startsWith(prefix.toLowerCase(Locale.ROOT) + "/");
    }

    private static String decodedOnce(String url) {
        return ESCAPE.matcher(url)
                .replaceAll(
                        match -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(match.group(1), 16))));
    }
}
