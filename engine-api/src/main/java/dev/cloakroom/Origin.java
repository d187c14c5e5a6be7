package dev.cloakroom;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An origin (RFC 6454) in canonical form: in lower case, and with its port even if that is the scheme's default.
 *
 * @param host a name or an address; an IPv6 address is in brackets and in its full form
 * @param port 0 if none is given and the scheme has no default port
 */
record Origin(String scheme, String host, int port) {

    private static final int LONGEST = 300;
    private static final int LARGEST_PORT = 0xFFFF;

    /** Returns the origin of any text, or null if the text is not an origin. */
    static @Nullable Origin parse(String text) {
        int separator = text.indexOf("://");
        if (separator < 1 || text.length() > LONGEST) {
            return null;
        }
        String scheme = text.substring(0, separator).toLowerCase(Locale.ROOT);
        return isScheme(scheme) ? parse(scheme, text.substring(separator + 3)) : null;
    }

    /** Returns the origin of a scheme and a {@code Host} header, or null if the header is malformed. */
    static @Nullable Origin parse(String scheme, String authority) {
        if (authority.length() > LONGEST) {
            return null;
        }
        int colon = authority.lastIndexOf(':');
        boolean hasPort = colon > authority.lastIndexOf(']');
        String host = host(hasPort ? authority.substring(0, colon) : authority);
        int port = hasPort ? port(authority.substring(colon + 1)) : defaultPort(scheme);
        return host == null || port < 0 ? null : new Origin(scheme, host, port);
    }

    private static int defaultPort(String scheme) {
        return switch (scheme) {
            case "http", "ws" -> 80;
            case "https", "wss" -> 443;
            default -> 0;
        };
    }

    private static boolean isScheme(String text) {
        return text.charAt(0) >= 'a'
                && text.charAt(0) <= 'z'
                && text.chars().allMatch(c -> isLetterOrDigit(c) || c == '+' || c == '-' || c == '.');
    }

    private static boolean isLetterOrDigit(int c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    }

    private static @Nullable String host(String text) {
        String host = text.toLowerCase(Locale.ROOT);
        if (host.startsWith("[")) {
            return host.endsWith("]") ? ipv6(host.substring(1, host.length() - 1)) : null;
        }
        boolean valid =
                !host.isEmpty() && host.chars().allMatch(c -> isLetterOrDigit(c) || c == '-' || c == '.' || c == '_');
        return valid ? host : null;
    }

    private static @Nullable String ipv6(String text) {
        if (text.indexOf(':') < 0 || !text.chars().allMatch(c -> Character.digit(c, 16) >= 0 || c == ':' || c == '.')) {
            return null;
        }
        try {
            // The platform parses a text in brackets as an address, and never looks up a name.
            return "[" + InetAddress.getByName("[" + text + "]").getHostAddress() + "]";
        } catch (UnknownHostException e) {
            return null;
        }
    }

    private static int port(String digits) {
        if (digits.isEmpty() || digits.length() > 5 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        int port = Integer.parseInt(digits);
        return port > LARGEST_PORT ? -1 : port;
    }
}
