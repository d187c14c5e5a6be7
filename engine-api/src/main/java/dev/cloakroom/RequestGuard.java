package dev.cloakroom;

import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Refuses requests that another site, or another origin of the same site, makes with the user's cookies (cross-site
 * request forgery and cross-site WebSocket hijacking). It is the second defence after {@code SameSite=Strict}, and the
 * first with a weaker cookie or an old browser.
 *
 * <p>An application can use one or both of two checks:
 *
 * <ul>
 *   <li>{@link #check} judges a request by its headers. The page needs no change.
 *   <li>{@link Session#csrfToken} and {@link Session#isCsrfToken} make and check a token that is bound to the session.
 *   The
 *       page sends it back, which proves that the sender has read a page of the application.
 * </ul>
 *
 * <p>{@link #check} allows GET, HEAD and OPTIONS, which must not change anything. It judges all other requests, and
 * WebSocket handshakes: a GET with {@code Upgrade: websocket} (RFC 6455), and CONNECT (RFC 8441, RFC 9220). The first
 * rule that applies decides:
 *
 * <ol>
 *   <li>An {@code Origin} that was set by {@link Builder#ownOrigin} or {@link Builder#allowOrigin} is allowed.
 *       {@code Origin: null} is allowed after {@link Builder#allowNullOrigin}.
 *   <li>{@code Sec-Fetch-Site} (Fetch Metadata, in all browsers since March 2023): {@code same-origin} is allowed.
 *       {@code none}, a request that the user made without a page, is allowed unless it is a WebSocket handshake; for a
 *       handshake the next rules decide. Every other value is refused.
 *   <li>A request without {@code Origin} is allowed. Browsers send {@code Origin} with every WebSocket handshake, and
 *   since
 *       2020 with every request whose method is not GET or HEAD. So no browser, or an older browser, sent the request.
 *   <li>If an own origin was set, every other {@code Origin} is refused, even if only its scheme differs.
 *   <li>Otherwise {@code Origin} must have the host and port of the {@code Host} header, which has no scheme. So a page
 *   of
 *       {@code http://app} is allowed at {@code https://app}, unless the browser sends {@code Sec-Fetch-Site}. Set the
 *       own origin to compare schemes, and if a proxy rewrites {@code Host}.
 * </ol>
 *
 * <p>A server or framework that replaces the method by a header or a parameter ({@code X-HTTP-Method-Override}, {@code
 * _method}) turns a GET, which is not judged, into another request. Pass the method that will be acted on, or switch
 * the override off.
 *
 * <p>Immutable and thread-safe.
 */
public final class RequestGuard {

    private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS");

    private final Set<Origin> allowedOrigins;
    private final boolean ownOriginKnown;
    private final boolean nullOriginAllowed;

    private RequestGuard(Builder builder) {
        this.allowedOrigins = Set.copyOf(builder.origins);
        this.ownOriginKnown = builder.ownOriginKnown;
        this.nullOriginAllowed = builder.nullOriginAllowed;
    }

    /** Returns a guard that allows only the origin in the request's {@code Host} header. */
    public static RequestGuard sameOrigin() {
        return builder().build();
    }

    /** Returns a builder with no origins. */
    public static Builder builder() {
        return new Builder();
    }

    /** The result of {@link #check}. */
    public enum Verdict {
        /** The request is allowed. */
        ALLOWED,
        /** {@code Sec-Fetch-Site} states that another site, or another origin of this site, made the request. */
        CROSS_ORIGIN,
        /** {@code Origin} is not the application's. */
        FOREIGN_ORIGIN;

        /** Returns whether the request is allowed. Answer a refused request with 403. */
        public boolean isAllowed() {
            return this == ALLOWED;
        }
    }

    /**
     * Judges a request by its headers. Does not throw for any header value.
     *
     * @param method the method that will be acted on, in capitals; after an override, if the server has one
     * @param headers returns the first value of a header by its name, without regard to case, or null if the request
     *     has none. It is called with {@code Upgrade}, {@code Origin}, {@code Sec-Fetch-Site} and {@code Host}. With
     *     HTTP/2 and HTTP/3 it returns {@code :authority} for {@code Host}
     */
    public Verdict check(String method, Function<String, @Nullable String> headers) {
        boolean handshake = method.equals("CONNECT") || isWebSocket(headers.apply("Upgrade"));
        if (SAFE_METHODS.contains(method) && !handshake) {
            return Verdict.ALLOWED;
        }
        String originText = headers.apply("Origin");
        Origin origin = originText == null ? null : Origin.parse(originText);
        if (isAllowed(originText, origin)) {
            return Verdict.ALLOWED;
        }
        String site = headers.apply("Sec-Fetch-Site");
        if (site != null && !(handshake && site.equals("none"))) {
            return site.equals("same-origin") || site.equals("none") ? Verdict.ALLOWED : Verdict.CROSS_ORIGIN;
        }
        if (originText == null) {
            return Verdict.ALLOWED;
        }
        return !ownOriginKnown && isHost(origin, headers.apply("Host")) ? Verdict.ALLOWED : Verdict.FOREIGN_ORIGIN;
    }

    private boolean isAllowed(@Nullable String text, @Nullable Origin origin) {
        return origin == null ? nullOriginAllowed && "null".equals(text) : allowedOrigins.contains(origin);
    }

    private static boolean isWebSocket(@Nullable String upgrade) {
        if (upgrade == null) {
            return false;
        }
        for (String protocol : upgrade.split(",", -1)) {
            if (protocol.strip().equalsIgnoreCase("websocket")) {
                return true;
            }
        }
        return false;
    }

    private static boolean isHost(@Nullable Origin origin, @Nullable String host) {
        return origin != null && host != null && origin.equals(Origin.parse(origin.scheme(), host));
    }

    /** Settings of a {@link RequestGuard}. Not thread-safe. */
    public static final class Builder {

        private final Set<Origin> origins = new HashSet<>();
        private boolean ownOriginKnown;
        private boolean nullOriginAllowed;

        private Builder() {}

        /**
         * Sets an origin of the application, such as {@code https://app.example}. Can be called for several origins.
         * The guard then ignores the {@code Host} header, which a proxy may rewrite, and compares schemes.
         *
         * @param origin as for {@link #allowOrigin}
         * @throws IllegalArgumentException if the text is not an origin
         */
        public Builder ownOrigin(String origin) {
            ownOriginKnown = true;
            return allowOrigin(origin);
        }

        /**
         * Allows requests of another origin, such as {@code https://admin.example}.
         *
         * @param origin a scheme, {@code ://}, a host, and a port if it is not the scheme's default; without a path
         *     (RFC 6454). The host is a name in ASCII form, an IPv4 address, or an IPv6 address in brackets. Case does
         *     not matter
         * @throws IllegalArgumentException if the text is not an origin
         */
        public Builder allowOrigin(String origin) {
            Origin parsed = Origin.parse(Objects.requireNonNull(origin, "origin"));
            if (parsed == null) {
                throw new IllegalArgumentException(
                        "\"" + origin + "\" is not an origin: write scheme, host and, if it is"
                                + " not the scheme's own, port, without a path, such as https://app.example or"
                                + " http://localhost:3000");
            }
            origins.add(parsed);
            return this;
        }

        /**
         * Allows requests with {@code Origin: null}. A browser sends it from sandboxed frames, from local files and
         * after some redirects, so any site can cause it. Allow it only where a token protects the request.
         */
        public Builder allowNullOrigin() {
            nullOriginAllowed = true;
            return this;
        }

        /** Returns a guard with these settings. */
        public RequestGuard build() {
            return new RequestGuard(this);
        }
    }
}
