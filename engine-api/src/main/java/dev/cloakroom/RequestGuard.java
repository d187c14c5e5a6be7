package dev.cloakroom;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Tells requests that an application's own pages make from those that other sites have a browser make (cross-site
 * request forgery). A second line of defence behind {@code SameSite=Strict}, and the first where the cookie is weaker or
 * the browser old.
 *
 * <p>Two checks, for an application to use one or both:
 *
 * <ul>
 *   <li>{@link #check} looks at what the browser says of the request. It needs nothing from the page. Methods that
 *       change nothing (GET, HEAD, OPTIONS) pass. Otherwise {@code Sec-Fetch-Site} decides if it is there (Fetch Metadata;
 *       all browsers since 2023): {@code same-origin} and {@code none} pass. Otherwise {@code Origin} must be the request's
 *       own {@code Host}, or one that was allowed. A request with neither header is not a browser's, carries no
 *       browser's cookies against the user's will, and passes.
 *   <li>{@link Session#csrfToken} and {@link Session#isCsrfToken}: a token bound to the session that the page sends back, for requests
 *       where the application wants proof that its own page was read first.
 * </ul>
 *
 * <p>Safe for use by any number of threads.
 */
public final class RequestGuard {

    private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS");

    private final Set<String> allowedOrigins;

    private RequestGuard(Set<String> allowedOrigins) {
        this.allowedOrigins = allowedOrigins;
    }

    /** Returns a guard that lets only an application's own origin through. */
    public static RequestGuard sameOrigin() {
        return builder().build();
    }

    /** Returns a builder without further origins. */
    public static Builder builder() {
        return new Builder();
    }

    /** What a guard says of a request. */
    public enum Verdict {
        /** Nothing speaks against it. */
        ALLOWED,
        /** The browser says that another site, or another origin of this site, had it made. */
        CROSS_ORIGIN,
        /** It has an {@code Origin} that is not the application's. */
        FOREIGN_ORIGIN;

        /** Returns whether the request may go on; otherwise it should be answered with 403. */
        public boolean isAllowed() {
            return this == ALLOWED;
        }
    }

    /**
     * Judges a request by its headers.
     *
     * @param method the request's method, in capitals
     * @param headers returns a header's first value by its name, or null if the request has none
     */
    public Verdict check(String method, UnaryOperator<@Nullable String> headers) {
        if (SAFE_METHODS.contains(method)) {
            return Verdict.ALLOWED;
        }
        String origin = headers.apply("Origin");
        if (origin != null && allowedOrigins.contains(origin)) {
            return Verdict.ALLOWED;
        }
        String site = headers.apply("Sec-Fetch-Site");
        if (site != null) {
            return site.equals("same-origin") || site.equals("none") ? Verdict.ALLOWED : Verdict.CROSS_ORIGIN;
        }
        return origin == null || isHost(origin, headers.apply("Host")) ? Verdict.ALLOWED : Verdict.FOREIGN_ORIGIN;
    }

    private static boolean isHost(String origin, @Nullable String host) {
        int authority = origin.indexOf("://");
        return host != null && authority > 0 && origin.substring(authority + 3).equalsIgnoreCase(host);
    }

    /** Settings of a {@link RequestGuard}. Not thread-safe. */
    public static final class Builder {

        private final Set<String> origins = new HashSet<>();

        private Builder() {}

        /**
         * Lets requests of another origin through as well, such as {@code https://app.example.com}.
         *
         * @throws IllegalArgumentException if it is not an origin: a scheme and a host, with a port unless it is the
         *     scheme's own, and nothing else
         */
        public Builder allowOrigin(String origin) {
            origins.add(checked(Objects.requireNonNull(origin, "origin")));
            return this;
        }

        /** Returns a guard with these settings. */
        public RequestGuard build() {
            return new RequestGuard(Set.copyOf(origins));
        }

        private static String checked(String origin) {
            try {
                URI uri = new URI(origin);
                String canonical =
                        uri.getScheme() + "://" + uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort());
                if (uri.getHost() != null && canonical.toLowerCase(Locale.ROOT).equals(origin)) {
                    return origin;
                }
            } catch (URISyntaxException e) {
                throw new IllegalArgumentException("not an origin: " + origin, e);
            }
            throw new IllegalArgumentException("not an origin: " + origin);
        }
    }
}
