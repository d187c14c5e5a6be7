package dev.cloakroom.tokenhandler;

import java.net.URI;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Judges addresses of other servers. */
final class Addresses {

    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private Addresses() {}

    /** Returns whether an address is of HTTP with a host and without user information and a fragment. */
    static boolean isHttp(URI uri) {
        return ("https".equals(scheme(uri)) || "http".equals(scheme(uri)))
                && uri.getHost() != null
                && uri.getRawUserInfo() == null
                && uri.getRawFragment() == null;
    }

    /** Returns whether what is sent to an address cannot be read on a network: HTTPS, or this machine. */
    static boolean isSecure(URI uri) {
        return isHttp(uri)
                && ("https".equals(scheme(uri))
                        || LOOPBACK.contains(uri.getHost().toLowerCase(Locale.ROOT)));
    }

    private static @Nullable String scheme(URI uri) {
        return uri.getScheme() == null ? null : uri.getScheme().toLowerCase(Locale.ROOT);
    }
}
